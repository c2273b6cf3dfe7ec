"""What is done to a page after reading, and when it must be done again."""

from __future__ import annotations

import hashlib

from docutils import nodes
from sphinx.transforms import SphinxTransform

from . import ledger_page, listing, notebooks
from .nodes import chapter_bar_node
from .source import current


class ChapterHead(SphinxTransform):
    """Put the id of a chapter into its title, and the bar below it."""

    default_priority = 800  # before 880, at which Sphinx collects the titles

    def apply(self) -> None:
        page = current().pages.get(self.env.docname)
        if page is None or page.chapter is None:
            return
        for title in self.document.findall(nodes.title):
            title.insert(0, nodes.inline(text=page.chapter, classes=["nb-chapter"]))
            title.insert(1, nodes.Text(" "))
            bar = chapter_bar_node(chapter=page.chapter)
            title.parent.insert(title.parent.index(title) + 1, bar)
            return


class WideOutput(SphinxTransform):
    """Name the outputs with lines that are a little too long for the column.

    The style sheet sets them smaller, so that the rows of a table stay whole; longer
    lines are sentences, which may break.
    """

    default_priority = 800
    COLUMNS = {100: "nb-wide", 107: "nb-wider"}
    FITS = 92

    def apply(self) -> None:
        for block in self.document.findall(nodes.literal_block):
            if "output" in block["classes"]:
                longest = max(map(len, block.astext().splitlines()), default=0)
                for columns, name in self.COLUMNS.items():
                    if self.FITS < longest <= columns:
                        block["classes"].append(name)
                        break


def digest(env, docname: str) -> str:
    """Changes whenever a page must be written again though its own text is the same.

    That is so when a later chapter replaces or continues one of its listings, when a
    neighbour moves its line numbers, when its cells printed something else, or when the
    ledger changed its mind on a statement that it mentions.
    """
    source = current()
    page = source.pages[docname]
    parts = [notebooks.digest(page), str(notebooks.seconds(page))]
    parts += [listing.build(source, block).digest(source) for block in page.blocks]
    if page.chapter:
        tree = source.tree(page.chapter)
        parts += [str(len(tree.files)), str(sorted(source.changed(page.chapter)))]
    items = ledger_page.read_cached()
    found = ledger_page.mentions(env).get(docname, {})
    parts += [f"{item}: {items.get(item)}" for item in sorted(found)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def outdated(_app, env, added, changed, removed) -> list[str]:
    """The pages that others made stale, so that Sphinx reads and writes them again."""
    known = env.__dict__.setdefault("needlebook_digests", {})
    stale = []
    for docname in current().pages:
        if docname in added or docname in changed or docname in removed:
            continue
        if docname in env.all_docs and known.get(docname) != digest(env, docname):
            stale.append(docname)
    return stale


def remember(_app, env) -> None:
    """Note the state in which every page is about to be written."""
    env.__dict__["needlebook_digests"] = {
        docname: digest(env, docname)
        for docname in current().pages
        if docname in env.all_docs
    }
