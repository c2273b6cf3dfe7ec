"""Whatever is edited, on whichever side: no line is lost, and both sides agree."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from literate import Book, LiterateError
from literate.reader import read_page
from literate.sync import sync

TOKEN = re.compile(r"\bt\d+\b")
FILES = ("needlebook/a.py", "needlebook/b.cpp")
PAGES = ("_3a", "_4", "_5")

side = st.sampled_from(["text", "code"])
action = st.sampled_from(["insert", "insert", "delete", "change", "blank", "swap"])
edits = st.lists(st.tuples(side, action, st.integers(0, 400)), min_size=1, max_size=4)


class Tokens:
    """Every line gets a word of its own, so that a lost line is seen."""

    def __init__(self):
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return f"t{self.count}"


def lay_out(desk, new: Tokens) -> None:
    b = desk.block
    one = f"def one(a={new()}):\n    {new()} = 1\n\n    return {new()}"
    two = f"def two(a={new()}):\n    return {new()}"
    box = f"class Box:  # {new()}\n    x = {new()}\n\n    def f(self={new()}):"
    box += f"\n        return {new()}"
    get = f"def get(self={new()}):\n    return {new()}"
    pages = [
        [
            b("a.py", "top", f'"""{new()}"""\n\nimport {new()}\n# <<imports>>'),
            b("a.py", "one", one),
            b("a.py", "box", box),
            b("a.py", "values", f"A = {new()}\nB = {new()}\nC = {new()}"),
            b("b.cpp", "cpp", f"int {new()};\nint {new()};\n// <<more>>\nint {new()};"),
        ],
        [
            b("a.py", "import", f"import {new()}\nimport {new()}", at="imports"),
            b("a.py", "two", two, after="one"),
            b("a.py", "get", get, into="Box", before="f"),
            b("b.cpp", "more", f"int {new()};\nint {new()};", at="more"),
            b("b.cpp", "end", f"int {new()}() {{\n  return {new()};\n}}"),
        ],
        [
            b(
                "a.py",
                "new-one",
                f"def one(b={new()}):\n    return {new()}",
                replaces="one",
            )
        ],
    ]
    desk.book(
        **{k: "\n\nProse.\n\n".join(p) for k, p in zip(PAGES, pages, strict=True)}
    )


def prose(desk) -> list[str]:
    """The pages without what stands in their blocks."""
    return [
        re.sub(
            r"(?ms)^(```\{tangle\}.*?\n\n).*?^```$", r"\1", desk.read(desk.page(key))
        )
        for key in PAGES
    ]


def words(text: str) -> list[str]:
    return sorted(TOKEN.findall(text))


def library(desk) -> str:
    return "".join(desk.read(path) for path in FILES)


def edit(lines: list[str], what: str, at: int, new: Tokens) -> None:
    """One edit of one line, with words of its own."""
    indent = re.match(r"\s*", lines[at])[0]
    if what == "insert":
        lines.insert(at + 1, f"{indent}{new()}")
    elif what == "blank":
        lines.insert(at + 1, "")
    elif what == "change":
        lines[at] = f"{indent}{new()}"
    elif what == "delete":
        del lines[at]
    elif at + 1 < len(lines):
        lines[at], lines[at + 1] = lines[at + 1], lines[at]


def edit_text(desk, what: str, seed: int, new: Tokens) -> None:
    book = Book.read(desk.root)
    blocks = [block for block in book.blocks if block in book.assemble().live]
    block = blocks[seed % len(blocks)]
    lines = list(block.lines)
    edit(lines, what, seed // len(blocks) % len(lines), new)
    page = block.page.text.split("\n")
    start = block.body_line - 1
    page[start : start + len(block.lines)] = lines
    desk.write(block.page.path, "\n".join(page))


def edit_code(desk, what: str, seed: int, new: Tokens) -> None:
    path = FILES[seed % 2]
    lines = desk.read(path).split("\n")[:-1]
    edit(lines, what, 1 + seed // 2 % (len(lines) - 1), new)
    desk.write(path, "".join(f"{line}\n" for line in lines))


def live_words(desk) -> list[str] | None:
    """The words of the text that are in the library, None where the text is broken."""
    try:
        tree = Book.read(desk.root).assemble()
    except LiterateError:
        return None
    return words("".join(file.text for file in tree.files.values()))


@given(rounds=st.lists(edits, min_size=1, max_size=4))
@example(rounds=[[("code", "delete", 2)], [("text", "insert", 1), ("code", "swap", 9)]])
@example(rounds=[[("text", "delete", 117), ("code", "swap", 41)]])
def test_no_line_is_lost_whatever_is_edited_on_both_sides(new_desk, rounds):
    desk, new = new_desk(), Tokens()
    lay_out(desk, new)
    sync(desk.root)
    agreed = words(library(desk))
    for round_ in rounds:
        start = desk.everything()
        for where, what, seed in round_:
            (edit_text if where == "text" else edit_code)(desk, what, seed, new)
            if live_words(desk) is None:
                break
        in_text, in_code = live_words(desk), words(library(desk))
        before, around = desk.everything(), prose(desk)
        try:
            sync(desk.root)
        except LiterateError:
            assert desk.everything() == before
            for path, data in start.items():
                (desk.root / path).write_bytes(data)
            continue
        gone = [w for w in agreed if w not in in_text or w not in in_code]
        added = [w for w in {*in_text, *in_code} if w not in agreed]
        wanted = {*agreed, *added} - set(gone)
        found = words(library(desk))
        # A line that the text deleted and the code moved into another block is kept.
        moved = ("code", "swap") in {(where, what) for where, what, _ in round_}
        kept = {w for w in gone if moved and w in in_code} & set(found)
        assert found == live_words(desk) == sorted(wanted | kept)
        assert prose(desk) == around
        after = desk.everything()
        assert sync(desk.root) == []
        assert desk.everything() == after
        agreed = found


@given(rounds=st.lists(edits, min_size=1, max_size=4))
def test_sync_then_tangle_is_the_identity(new_desk, rounds):
    """Edits of one side alone: code that goes home comes back to the byte."""
    desk, new = new_desk(), Tokens()
    lay_out(desk, new)
    sync(desk.root)
    for round_ in rounds:
        start = desk.everything()
        for _, what, seed in round_:
            edit_code(desk, what, seed, new)
        edited = [desk.read(path) for path in FILES]
        try:
            sync(desk.root)
        except LiterateError:
            for path, data in start.items():
                (desk.root / path).write_bytes(data)
            continue
        assert [desk.read(path) for path in FILES] == edited
        files = Book.read(desk.root).assemble().files
        assert [files[path].text for path in FILES] == edited


line = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\t\r\n"), max_size=12
).filter(lambda text: not re.match(r"\s*(`{3,}$|<{7}|>{7}|\|{7}|# <<|// <<)", text))


@given(st.lists(line, min_size=1).filter(lambda ls: ls[0].strip() and ls[-1].strip()))
def test_a_block_holds_any_lines_of_text_to_the_byte(lines):
    text = "\n".join(["````{tangle} needlebook/a.cpp", ":name: x", "", *lines, "````"])
    page, problems = read_page("03a_page", "book/03a_page.md", text)
    if problems:
        assert all("````" in line or "{" in line for line in lines if "```" in line)
    else:
        assert page.blocks[0].lines == lines


PIECES = """```{tangle} needlebook/a.py|:name: x||x = 1|```|````|:::|---|```{note}
:::{note}|- ```{tangle} needlebook/a.py|<!--|-->|~~~|(label)=|```python|<<<<<<< a
\ufeff---|:bad|text\r"""
piece = st.sampled_from(re.split(r"[|\n]", PIECES))


@given(st.lists(piece, max_size=30))
def test_the_reader_never_fails_and_blocks_lie_where_they_say(lines):
    page, _ = read_page("03a_page", "book/03a_page.md", "\n".join(lines))
    for block in page.blocks:
        assert lines[block.line - 1].startswith("```{tangle}")
        start = block.body_line - 1
        assert lines[start : start + len(block.lines)] == block.lines
