"""The whole book: its pages in the order of the table of contents, and its blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import yaml

from .model import Block, Page
from .problems import LiterateError, Problem, one
from .reader import read_page
from .tree import Tree, assemble

TOC = "book/_toc.yml"


class Book:
    """The pages of the book, read; `assemble` makes the library from them."""

    def __init__(self, root: Path, pages: list[Page], toc: str):
        self.root = root
        self.pages = pages
        self.texts = {TOC: toc} | {page.path: page.text for page in pages}
        self._trees: dict[str | Block | None, Tree] = {}

    @classmethod
    def read(cls, root: Path, missing: str = "error") -> Book:
        """Read the book under `root`; a LiterateError names every fault of its pages.

        With `missing="skip"` a page that the contents name and that is not written
        yet is passed over.
        """
        root = Path(root)

        def fetch(path: str) -> str | None:
            file = root / path
            return decode(file.read_bytes(), path) if file.is_file() else None

        return cls.build(root, fetch, missing)

    @classmethod
    def build(
        cls, root: Path, fetch: Callable[[str], str | None], missing: str = "error"
    ) -> Book:
        """Read a book from a function that gives a file's text, or None."""
        pages, problems = [], []
        toc = fetch(TOC)
        for docname, line in toc_entries(toc):
            path = f"book/{docname}.md"
            try:
                text = fetch(path)
            except LiterateError as error:
                problems += error.problems
                continue
            if text is None:
                if missing == "error":
                    problems.append(
                        Problem(
                            f"{TOC}:{line}",
                            f"the page {path} does not exist",
                            "write it, or take it out of the table of contents",
                        )
                    )
                continue
            page, found = read_page(docname, path, text)
            pages.append(page)
            problems += found
        problems += same_names(pages)
        if problems:
            raise LiterateError(problems)
        return cls(root, pages, toc)

    @property
    def chapters(self) -> list[Page]:
        """The pages with a chapter id, in order."""
        return [page for page in self.pages if page.chapter]

    @cached_property
    def blocks(self) -> list[Block]:
        """All blocks in reading order."""
        return [block for page in self.pages for block in page.blocks]

    @cached_property
    def named(self) -> dict[str, Block]:
        """All blocks by their name."""
        return {block.name: block for block in self.blocks}

    @cached_property
    def replacements(self) -> dict[Block, Block]:
        """For each block that a later one replaces, that later one."""
        return {
            self.named[name]: block
            for block in self.blocks
            if (name := block.options.get("replaces")) in self.named
        }

    def replaced_by(self, block: Block) -> Block | None:
        """The block that replaces one later in the book, or None."""
        return self.replacements.get(block)

    def chapter(self, name: str) -> Page:
        """The page of a chapter by its id."""
        for page in self.chapters:
            if page.chapter == name:
                return page
        known = ", ".join(page.chapter for page in self.chapters)
        raise one(TOC, f"no chapter {name!r}", f"chapters: {known or 'none'}")

    def assemble(self, upto: str | Block | None = None) -> Tree:
        """The library at the end of the book, of a chapter, or after a block."""
        if upto not in self._trees:
            self._trees[upto] = assemble(self._until(upto))
        return self._trees[upto]

    def _until(self, upto: str | Block | None) -> list[Block]:
        if upto is None:
            return self.blocks
        if isinstance(upto, Block):
            return self.blocks[: self.blocks.index(upto) + 1]
        last = self.pages.index(self.chapter(upto))
        return [block for page in self.pages[: last + 1] for block in page.blocks]

    def asof(self, chapter: str, out: Path) -> Path:
        """Write the installable tree of a chapter; see `literate.asof`."""
        from .asof import write

        return write(self, chapter, Path(out))


def decode(data: bytes, path: str) -> str:
    """Text of UTF-8 bytes; a LiterateError names the line that is something else."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise one(
            f"{path}:{line}",
            f"not UTF-8: byte {data[error.start]:#04x}",
            "save the file as UTF-8",
        ) from None


def toc_entries(text: str | None) -> Iterator[tuple[str, int]]:
    """The pages that the table of contents lists, each with its line there."""
    if text is None:
        raise one(TOC, "the table of contents is missing")
    try:
        toc = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise one(f"{TOC}:{line}", "not YAML: " + str(error).split("\n")[0]) from None
    for name in _files(toc if isinstance(toc, dict) else {}):
        pattern = rf"\b(?:file|root):\s*{re.escape(name)}(?:\.md)?\s*$"
        found = re.search(pattern, text, re.MULTILINE)
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        yield name.removesuffix(".md"), line


def _files(node: dict) -> Iterator[str]:
    if name := node.get("root") or node.get("file"):
        yield str(name)
    for key in ("parts", "chapters", "sections"):
        for child in node.get(key) or []:
            yield from _files(child)


def same_names(pages: list[Page]) -> list[Problem]:
    """Names that two blocks share, and chapters that two pages share."""
    problems, names, chapters = [], {}, {}
    for page in pages:
        if page.chapter and chapters.setdefault(page.chapter, page) is not page:
            other = chapters[page.chapter].path
            problems.append(
                Problem(page.path, f"chapter {page.chapter} is {other} already")
            )
        for block in page.blocks:
            first = names.setdefault(block.name, block)
            if first is not block:
                problems.append(
                    Problem(
                        block.place,
                        f"the name {block.name!r} is taken",
                        f"first at {first.place}",
                    )
                )
    return problems
