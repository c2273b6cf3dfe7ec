"""Addresses inside the site, relative to the page that is being written."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from sphinx.util.osutil import relative_uri

from .listing import anchor
from .source import Source


def file_page(chapter: str, path: str) -> str:
    """The page name of a file as of a chapter."""
    return f"files/{chapter}/{path}"


def test_page(path: str) -> str:
    """The page name of a test file, which begins with ``tests/``."""
    return f"files/{path}"


def tree_page(chapter: str) -> str:
    """The page name of the list of files as of a chapter."""
    return f"files/{chapter}/index"


def changes_page(chapter: str) -> str:
    """The page name of the difference from the chapter before."""
    return f"files/{chapter}/changes"


def download(chapter: str, name: str) -> str:
    """The address from the site's root of a file that a chapter offers."""
    return f"_downloads/chapter-{chapter}/{name}"


class Links:
    """Addresses as seen from one page.

    Args:
        builder: the running builder, which knows how pages are addressed.
        pagename: the page on which the links will stand.
        source: the book.
    """

    def __init__(self, builder, pagename: str, source: Source) -> None:
        self.builder = builder
        self.here = builder.get_target_uri(pagename)
        self.source = source

    def to(self, uri: str, fragment: str = "") -> str:
        """The address of something given from the site's root."""
        address = relative_uri(self.here, uri)
        return f"{address}#{fragment}" if fragment else address

    def page(self, pagename: str, fragment: str = "") -> str:
        """The address of a page of the site, written or generated."""
        return self.to(self.builder.get_target_uri(pagename), fragment)

    def block(self, block) -> str:
        """The address of a listing."""
        return self.page(block.page.docname, anchor(block))

    def file(self, chapter: str, path: str, line: int | None = None) -> str | None:
        """The address of a file as of a chapter, None where it does not exist then."""
        shown = self.source.shown_in(chapter, path)
        if shown is None:
            return None
        return self.page(file_page(shown, path), f"L{line}" if line else "")

    def test(self, test: str) -> str | None:
        """The address of a test file, or of one test given as ``path::name``."""
        path, _, name = test.partition("::")
        lines = self._lines(path)
        if lines is None:
            return None
        found = f"def {name.partition('[')[0].rpartition('::')[2]}("
        line = next((n for n, text in enumerate(lines, 1) if found in text), None)
        return self.page(test_page(path), f"L{line}" if line and name else "")

    def _lines(self, path: str) -> list[str] | None:
        file = Path(self.source.root, path)
        if path not in self.source.tests or not file.is_file():
            return None
        return file.read_text(encoding="utf-8").split("\n")

    def download(self, chapter: str, name: str) -> str:
        """The address of a file that a chapter offers."""
        return self.to(quote(download(chapter, name)))
