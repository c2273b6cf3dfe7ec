"""What the page asks the engine: the book, its trees, and where its sections stand.

One build reads the book once. Every other module asks ``source.current()``; readers
that Sphinx starts in parallel inherit it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from literate import Book
from literate.tree import assemble

_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,}|:{3,})")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_MARKUP = re.compile(r"\{[a-z:-]+\}`[^`<]*(?:<[^>`]*>)?`")

CONTEXT = 3


@dataclass(frozen=True)
class Section:
    """A heading of a page: its line (from 1), its level and its plain words."""

    line: int
    level: int
    title: str


@dataclass
class Source:
    """The book as the engine reads it, with what the page looks up often.

    Args:
        root: the folder that holds ``book/``, ``needlebook/`` and ``tests/``.
    """

    root: Path
    book: Book = field(init=False)

    def __post_init__(self) -> None:
        self.book = Book.read(self.root)
        self._changed: dict = {}
        self._sections: dict = {}

    @cached_property
    def pages(self) -> dict:
        """The pages of the book by document name."""
        return {page.docname: page for page in self.book.pages}

    @cached_property
    def chapters(self) -> list[str]:
        """The ids of the chapters in reading order."""
        return [page.chapter for page in self.book.chapters]

    def block_at(self, docname: str, line: int):
        """The block whose fence opens on this line of this page, or None."""
        page = self.pages.get(docname)
        blocks = page.blocks if page else ()
        return next((block for block in blocks if block.line == line), None)

    def tree(self, chapter: str):
        """The library at the end of a chapter."""
        return self.book.assemble(upto=chapter)

    def before(self, chapter: str) -> str | None:
        """The chapter that stands before this one."""
        place = self.chapters.index(chapter)
        return self.chapters[place - 1] if place else None

    def shown_in(self, chapter: str, path: str) -> str | None:
        """The latest chapter up to this one that changed a file: there its page stands.

        Returns None for a file that does not exist by then.
        """
        place = self.chapters.index(chapter)
        for earlier in reversed(self.chapters[: place + 1]):
            if path in self.changed(earlier):
                return earlier if path in self.tree(earlier).files else None
        return None

    def changed(self, chapter: str) -> set[str]:
        """The files that differ from the end of the chapter before."""
        if chapter not in self._changed:
            now = self.tree(chapter).files
            earlier = self.before(chapter)
            then = self.tree(earlier).files if earlier else {}
            same = {
                path
                for path in now
                if path in then and now[path].text == then[path].text
            }
            self._changed[chapter] = {*now, *then} - same
        return self._changed[chapter]

    def next_of(self, block):
        """The next block of the same file in reading order, or None."""
        blocks = self._files[block.target]
        place = blocks.index(block) + 1
        return blocks[place] if place < len(blocks) else None

    def starts_file(self, block) -> bool:
        """Whether this block is the first of its file."""
        return self._files[block.target][0] is block

    def moment(self, block) -> list:
        """The lines of a block's file right after the block was placed."""
        blocks = self._files[block.target]
        told = blocks[: blocks.index(block) + 1]
        return assemble(told).files[block.target].lines

    @cached_property
    def _files(self) -> dict[str, list]:
        files: dict[str, list] = {}
        for block in self.book.blocks:
            files.setdefault(block.target, []).append(block)
        return files

    def section_of(self, page, line: int) -> Section | None:
        """The heading under which a line of a page stands."""
        found = None
        for section in self.sections(page):
            if section.line <= line:
                found = section
        return found

    def sections(self, page) -> list[Section]:
        """The headings of a page, those inside fences left out."""
        if page.docname not in self._sections:
            self._sections[page.docname] = list(_headings(page.text))
        return self._sections[page.docname]

    def title_of(self, page) -> str:
        """The title of a page in plain words."""
        sections = self.sections(page)
        return sections[0].title if sections else page.docname

    def tests_of(self, target: str) -> str | None:
        """The tests of a library file: those of its name, else those that use it."""
        path = Path(target)
        if path.parts[0] != "needlebook" or path.stem == "__init__":
            return None
        folder = Path("tests", *path.parts[1:-1])
        for stem in (path.stem, path.stem.strip("_")):
            candidate = folder / f"test_{stem}.py"
            if (self.root / candidate).is_file():
                return candidate.as_posix()
        using = filter(_use_of(path), self._test_texts.items())
        near = [
            (Path(test).parent != folder, path.stem not in test, test)
            for test, _ in using
        ]
        return min(near)[-1] if near else None

    @cached_property
    def _test_texts(self) -> dict[str, str]:
        return {
            test: (self.root / test).read_text(encoding="utf-8") for test in self.tests
        }

    @cached_property
    def tests(self) -> list[str]:
        """Every Python file under tests/ that tests the library."""
        folder = self.root / "tests"
        own = {"ext", "page"}
        paths = (path.relative_to(self.root) for path in folder.rglob("*.py"))
        return sorted(
            path.as_posix()
            for path in paths
            if path.parts[1] not in own and "__pycache__" not in path.parts
        )


def _use_of(path: Path):
    """A filter of test texts: those that import a module, or name a compiled one."""
    if path.suffix == ".py":
        module = ".".join(path.with_suffix("").parts)
        parent, _, name = map(re.escape, module.rpartition("."))
        ways = (
            rf"from {re.escape(module)} import ",
            rf"import {re.escape(module)}\b",
            rf"from {parent} import [^\n]*\b{name}\b",
        )
        pattern = re.compile(rf"^\s*(?:{'|'.join(ways)})", re.MULTILINE)
    else:
        pattern = re.compile(rf"\b_{re.escape(path.stem)}\b")
    return lambda test: pattern.search(test[1])


def _headings(text: str):
    fence = ""
    lines = text.split("\n")
    start = 0
    if lines and lines[0].strip() == "---":
        ends = (n for n, line in enumerate(lines[1:], 1) if line.strip() == "---")
        start = next(ends, 0) + 1
    for number, line in enumerate(lines[start:], start + 1):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and line.strip() == mark[1]:
            fence = ""
        elif not fence and (heading := _HEADING.match(line)):
            yield Section(number, len(heading[1]), plain(heading[2]))


def plain(markup: str) -> str:
    """A heading without its markup."""
    words = _MARKUP.sub("", markup)
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words)
    return re.sub(r"[*`]", "", words).strip()


_current: Source | None = None


def load(root: Path) -> Source:
    """Read the book below ``root`` and make it the current one."""
    global _current
    _current = Source(root)
    return _current


def current() -> Source:
    """The book that this build reads."""
    assert _current is not None, "the book is read when the builder starts"
    return _current
