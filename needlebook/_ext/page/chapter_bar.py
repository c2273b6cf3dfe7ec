"""The small bar below the title of a chapter: what a reader can take home."""

from __future__ import annotations

from html import escape

from . import notebooks
from .links import Links, changes_page, tree_page
from .source import Source


def zip_name(chapter: str) -> str:
    """The file name of the library as of a chapter."""
    return f"needlebook-{chapter}.zip"


def diff_name(chapter: str) -> str:
    """The file name of the difference from the chapter before."""
    return f"needlebook-{chapter}.diff"


def notebook_name(page) -> str:
    """The file name of a chapter as a notebook."""
    return f"{page.docname.rpartition('/')[2]}.ipynb"


def bar_html(source: Source, chapter: str, links: Links) -> str:
    """The bar of one chapter."""
    page = source.book.chapter(chapter)
    earlier = source.before(chapter)
    files = _count(len(source.tree(chapter).files))
    changed = _count(len(source.changed(chapter)))
    groups = [
        (
            "Library so far",
            [
                _link(links.page(tree_page(chapter)), files),
                _link(links.download(chapter, zip_name(chapter)), "zip"),
            ],
        ),
        (
            f"Changes since {earlier}" if earlier else "Changes",
            [
                _link(links.page(changes_page(chapter)), changed),
                _link(links.download(chapter, diff_name(chapter)), "diff"),
            ],
        ),
    ]
    if notebooks.is_notebook(page):
        address = links.download(chapter, notebook_name(page))
        groups.append(("Notebook", [_link(address, "ipynb"), _ran(page)]))
    items = "".join(
        f"<li><span>{escape(name)}</span> {', '.join(offers)}</li>"
        for name, offers in groups
    )
    return (
        f'<nav class="nb-bar" aria-label="Chapter {escape(chapter)} to take home">'
        f"<ul>{items}</ul></nav>\n"
    )


def _count(files: int) -> str:
    return "1 file" if files == 1 else f"{files} files"


def _link(address: str, word: str) -> str:
    return f'<a href="{escape(address)}">{escape(word)}</a>'


def _ran(page) -> str:
    seconds = notebooks.seconds(page)
    if seconds is None:
        return "not executed"
    return f"ran in {seconds:.1f} s" if seconds < 10 else f"ran in {seconds:.0f} s"
