"""What a page may say, and the place of what it may not."""

from __future__ import annotations

import pytest

from literate import Book, LiterateError
from literate.reader import chapter_id, read_page

GOOD = "```{tangle} needlebook/a.py\n:name: x\n\nx = 1\n```\n"


def read(text, docname="03a_page"):
    return read_page(docname, f"book/{docname}.md", text)


def faults(text, docname="03a_page"):
    return [str(problem) for problem in read(text, docname)[1]]


def test_a_block_knows_its_place_its_options_and_its_lines():
    page, problems = read(f"# Title\n\n{GOOD}")
    (block,) = page.blocks
    assert problems == []
    assert (block.name, block.target, block.chapter) == ("x", "needlebook/a.py", "3a")
    assert (block.line, block.body_line, block.lines) == (3, 6, ["x = 1"])
    assert (block.place, block.key) == ("book/03a_page.md:3", "x")
    assert block.options == {"name": "x"}


def test_the_hash_tells_blocks_apart_by_target_options_and_code():
    texts = [GOOD, GOOD.replace("a.py", "b.py"), GOOD.replace(": x", ": y"),
             GOOD.replace("= 1", "= 2")]  # fmt: skip
    hashes = {read(text)[0].blocks[0].hash for text in texts}
    assert len(hashes) == 4
    assert read(f"\n\n{GOOD}")[0].blocks[0].hash in hashes


@pytest.mark.parametrize(
    ("docname", "chapter"),
    [("03a_manual", "3a"), ("05_autograd", "5"), ("part/12_x", "12"), ("setup", None)],
)
def test_chapters_are_named_by_their_files(docname, chapter):
    assert chapter_id(docname) == chapter


def test_blank_lines_around_the_code_are_no_part_of_it():
    (block,) = read(GOOD.replace("x = 1", "\nx = 1\n\n"))[0].blocks
    assert (block.lines, block.body_line) == (["x = 1"], 5)


@pytest.mark.parametrize("fence", ["````", "~~~", ":::"])
def test_a_block_ends_with_the_fence_that_began_it(fence):
    inner = "```\ntext\n```"
    text = GOOD.replace("```", fence).replace("x = 1", f'"""\n{inner}\n"""')
    (block,) = read(text)[0].blocks
    assert block.lines == ['"""', *inner.split("\n"), '"""']


def test_blocks_shown_as_text_are_no_blocks():
    page, problems = read(f"````md\n{GOOD}````\n\n~~~\n{GOOD}~~~\n")
    assert page.blocks == [] and problems == []


def test_a_block_that_starts_with_a_colon_is_code_after_a_blank_line():
    (block,) = read(GOOD.replace("a.py", "a.cpp").replace("x = 1", "::f();"))[0].blocks
    assert block.lines == ["::f();"]


def test_labels_and_exercises_are_found():
    text = "(sec-a)=\n# A\n\n```{exercise} 3a.1 Fold it\n:ledger: L3a.1, L3a.2\n\n```\n"
    page, _ = read(text)
    (exercise,) = page.exercises
    assert page.labels == {"sec-a": 1}
    assert (exercise.id, exercise.title, exercise.line) == ("3a.1", "Fold it", 4)
    assert exercise.options["ledger"] == "L3a.1, L3a.2"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (GOOD.replace("\n```\n", "\n"), 1, "the block is never closed"),
        (GOOD.replace("\n```\n", "\n\n") + GOOD, 1, "the block is never closed"),
        ("```python\nx\n", 1, "the fence ``` is never closed"),
        (GOOD.replace("\n\n", "\n"), 3, "read as an option, not as code: x = 1"),
        (GOOD.replace("\n\nx", "\n::f"), 3, "read as an option, not as code: ::f = 1"),
        (GOOD.replace("x = 1", "if x:\n\ty"), 5, "a tab in the code"),
        (GOOD.replace(":name: x\n", ""), 1, "the block has no name"),
        (GOOD.replace(": x", ":"), 1, "the option :name: has no value"),
        (GOOD.replace(": x", ": x\n:name: y"), 3, "the option :name: is given twice"),
        (GOOD.replace(": x", ": x\n:intro: C"), 1, "unknown option :intro:"),
        (
            GOOD.replace(": x", ": x\n:at: s\n:into: C"),
            1,
            "one place: into at",
        ),
        (GOOD.replace(": x", ": x\n:after: s\n:before: C"), 1, "more than one place"),
        (GOOD.replace("x = 1\n", ""), 1, "the block is empty"),
        (GOOD.replace("needlebook/a.py", "tests/a.py"), 1, "is outside of needlebook/"),
        (GOOD.replace("needlebook/a.py", "a.py"), 1, "is outside of needlebook/"),
        (GOOD.replace("/a.py", "/../a.py"), 1, "is outside of needlebook/"),
        (GOOD.replace("/a.py", "/_ext/a.py"), 1, "is outside of needlebook/"),
        (GOOD.replace("a.py", "a.rs"), 1, "the language of 'needlebook/a.rs'"),
        (f":::{{note}}\n{GOOD}:::\n", 2, "a block inside {note}"),
        (f"````{{exercise}} 3a.1\n{GOOD}````\n", 2, "a block inside {exercise}"),
        (f"<!--\n{GOOD}-->\n", 2, "a block inside a comment"),
        ("- " + GOOD.replace("\n", "\n  "), 1, "a block inside a list"),
        ("> " + GOOD.replace("\n", "\n> "), 1, "a block inside a list"),
        ("1. " + GOOD.replace("\n", "\n   "), 1, "a block inside a list"),
        ("  " + GOOD.replace("\n", "\n  "), 1, "a block inside a list"),
        ("Text.\n\n<<<<<<< HEAD\n", 3, "a merge conflict is not resolved"),
    ],
)
def test_each_fault_is_named_with_its_line(text, line, message):
    first = faults(text)[0]
    assert first.startswith(f"book/03a_page.md:{line}: "), first
    assert message in first


def test_a_block_outside_of_the_chapters_is_refused():
    assert "a block outside of the chapters" in faults(GOOD, "setup")[0]


def test_a_fault_in_one_block_does_not_hide_the_next():
    text = GOOD.replace("a.py", "a.rs") + "\n" + GOOD.replace("x = 1", "\tx")
    assert len(faults(text)) == 2


def test_a_name_taken_twice_is_refused_in_the_whole_book(desk):
    b = desk.block
    desk.book(_3a=b("a.py", "same", "x = 1"), _4=b("b.py", "same", "x = 1"))
    with pytest.raises(LiterateError) as error:
        desk.read_book()
    text = (
        "book/04_page.md:3: the name 'same' is taken\n    first at book/03a_page.md:3"
    )
    assert str(error.value) == text


def test_pages_come_in_the_order_of_the_contents_with_their_parts(desk):
    desk.write(
        "book/_toc.yml",
        "format: jb-book\nroot: index\nparts:\n  - caption: One\n    chapters:\n"
        "      - file: 05_b\n        sections:\n          - file: x/deep\n"
        "  - caption: Two\n    chapters:\n      - file: 03a_a\n",
    )
    for name in ("index", "05_b", "x/deep", "03a_a"):
        desk.write(f"book/{name}.md", "# Page\n")
    book = desk.read_book()
    assert [page.docname for page in book.pages] == ["index", "05_b", "x/deep", "03a_a"]
    assert [page.chapter for page in book.chapters] == ["5", "3a"]


def test_a_missing_page_is_an_error_at_its_line_of_the_contents(desk):
    desk.book(_3a="Text.")
    desk.write("book/_toc.yml", desk.read("book/_toc.yml") + "  - file: 04_page\n")
    with pytest.raises(LiterateError, match=r"book/_toc\.yml:4: the page book/04_page"):
        desk.read_book()
    assert len(Book.read(desk.root, missing="skip").chapters) == 1


@pytest.mark.parametrize("text", ["a: [", "a:\n\t- b"])
def test_contents_that_are_no_yaml_are_an_error_with_a_line(desk, text):
    desk.write("book/_toc.yml", text)
    with pytest.raises(LiterateError, match=r"book/_toc\.yml:\d+: not YAML"):
        desk.read_book()


def test_two_pages_of_one_chapter_are_refused(desk):
    for name in ("index", "05_b", "05_c"):
        desk.write(f"book/{name}.md", "# Page\n")
    contents = "root: index\nchapters:\n  - file: 05_b\n  - file: 05_c\n"
    desk.write("book/_toc.yml", contents)
    with pytest.raises(LiterateError, match=r"05_c\.md: chapter 5 is book/05_b\.md"):
        desk.read_book()
