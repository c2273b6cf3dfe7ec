"""The directive ``exercise-table``: what each chapter asks of a reader, counted.

Everything in the table is read from the chapters when the page is built, so that it
cannot drift from them.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from .source import current

SHORT, LONG = 15, 60
HEADINGS = (
    "Chapter",
    "Words",
    "Lines of the library",
    "Cells",
    "Exercises",
    f"up to {SHORT} min",
    f"up to {LONG} min",
    "longer",
    "all of them",
)

_FENCE = re.compile(r"(`{3,}|~{3,}|:{3,})(.*)")
_NAMED = re.compile(r"\{([\w-]+)\}")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_PROSE = {"exercise", "note", "admonition", "tip", "warning", "important"}


def count(text: str) -> tuple[int, int]:
    """The words of prose and the number of cells of a chapter."""
    words = cells = 0
    lines = text.split("\n")
    if lines[0] == "---":
        lines = lines[lines.index("---", 1) + 1 :]
    fences: list[tuple[str, bool]] = []  # how it opened, whether prose stands inside
    for line in lines:
        fence = _FENCE.match(line)
        if fence and fences and fence[1].startswith(fences[-1][0]) and not fence[2]:
            fences.pop()
        elif fence and all(prose for _, prose in fences):
            named = _NAMED.match(fence[2])
            fences.append((fence[1], bool(named) and named[1] in _PROSE))
            cells += bool(named) and named[1] == "code-cell"
        elif all(prose for _, prose in fences) and not line.startswith(":"):
            words += len(_WORD.findall(line))
    return words, cells


def time(minutes: int) -> str:
    """Minutes in words: hours from one hour on, to a tenth."""
    return f"{minutes} min" if minutes < 60 else f"{minutes / 60:.1f} h"


class ExerciseTable(SphinxDirective):
    """One row for each chapter: its length and its exercises by the time they take."""

    def run(self) -> list[nodes.Node]:
        rows = []
        for page in current().book.chapters:
            self.env.note_dependency(str(current().root / page.path))
            words, number_of_cells = count(page.text)
            lines = sum(len(block.lines) for block in page.blocks)
            minutes = [int(e.options.get("minutes", 0)) for e in page.exercises]
            split = (
                sum(m <= SHORT for m in minutes),
                sum(SHORT < m <= LONG for m in minutes),
                sum(m > LONG for m in minutes),
            )
            name = addnodes.pending_xref(
                "",
                nodes.inline(page.chapter, page.chapter),
                refdomain="std",
                reftype="doc",
                reftarget=f"/{page.docname}",
                refexplicit=True,
                refdoc=self.env.docname,
                refwarn=True,
            )
            cells = (words, lines, number_of_cells, len(minutes), *split)
            rows.append((name, *map(str, cells), time(sum(minutes))))
        return [_table(rows)]


def _table(rows) -> nodes.table:
    group = nodes.tgroup(cols=len(HEADINGS))
    group += [nodes.colspec(colwidth=1) for _ in HEADINGS]
    head, body = nodes.thead(), nodes.tbody()
    head += _row(HEADINGS)
    body += [_row(row) for row in rows]
    group += [head, body]
    table = nodes.table(classes=["colwidths-auto"])
    table += group
    return table


def _row(cells) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        content = cell if isinstance(cell, nodes.Node) else nodes.Text(cell)
        row += nodes.entry("", nodes.paragraph("", "", content))
    return row


def register(app) -> None:
    """Tell Sphinx the directive."""
    app.add_directive("exercise-table", ExerciseTable)
