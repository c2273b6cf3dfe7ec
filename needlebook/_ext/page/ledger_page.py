"""The ledger in the page: chips in the text, one table with every statement.

A chip is read as a name; the table notes which page it stands on. Both look each other
up when they are written, so neither needs the other to be read first.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from .links import Links
from .source import current

LOGGER = logging.getLogger(__name__)

KINDS = {
    "D": "definition",
    "C": "claim",
    "F": "formula",
    "H": "history",
    "Q": "open question",
    "T": "gap",
    "K": "from the course",
    "W": "wrong or imprecise",
}
COLUMNS = ("Item", "What the notes say", "What we found", "Where")
WIDTHS = (9, 27, 35, 29)


def ledger_file(root: Path) -> Path:
    """Where the ledger lies."""
    return root / "book" / "ledger.yml"


def read_items(root: Path) -> dict[str, dict]:
    """The entries of the ledger by id, in the order of the file."""
    path = ledger_file(root)
    if not path.is_file():
        return {}
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("items") or {}


def row_anchor(item: str) -> str:
    """The id of an entry's row in the table."""
    return f"ledger-{item}"


def chip_anchor(item: str, count: int) -> str:
    """The id of one mention of an entry in the text."""
    return f"met-{item}-{count}"


def lecture_of(item: str) -> str:
    """The chapter of an id: ``L3a.12`` belongs to ``3a``."""
    return item[1:].partition(".")[0]


def mentions(env) -> dict[str, dict[str, int]]:
    """How often each page mentions each entry."""
    return env.__dict__.setdefault("needlebook_mentions", {})


def tables(env) -> set[str]:
    """The pages that show the table."""
    return env.__dict__.setdefault("needlebook_ledger_pages", set())


class LedgerRole(SphinxRole):
    """Marks the place where a statement of the notes is met: {ledger}`L3a.1`."""

    def run(self):
        from .nodes import ledger_chip

        chips: list[nodes.Node] = []
        for item in self.text.replace(",", " ").split():
            here = mentions(self.env).setdefault(self.env.docname, {})
            here[item] = here.get(item, 0) + 1
            ident = chip_anchor(item, here[item])
            chip = ledger_chip(item, item, item=item, ids=[ident])
            chip.source, chip.line = self.get_source_info()
            chips.append(chip)
        return chips, []


class LedgerTable(SphinxDirective):
    """Every entry of ``book/ledger.yml`` as one table that can be filtered."""

    def run(self) -> list[nodes.Node]:
        root = current().root
        self.env.note_dependency(str(ledger_file(root)))
        tables(self.env).add(self.env.docname)
        items = read_items(root)
        table = nodes.table(
            classes=["nb-ledger", "colwidths-given"], ids=["ledger-table"]
        )
        group = nodes.tgroup(cols=len(COLUMNS))
        table += group
        group += [nodes.colspec(colwidth=width) for width in WIDTHS]
        head = nodes.row()
        head += [nodes.entry("", nodes.paragraph(text=name)) for name in COLUMNS]
        group += nodes.thead("", head)
        group += nodes.tbody("", *(self._row(*pair) for pair in items.items()))
        self._allow_mathematics()
        return [self._summary(items), table]

    def _allow_mathematics(self) -> None:
        self.env.get_domain("math").data["has_equations"][self.env.docname] = True

    def _summary(self, items: dict) -> nodes.Node:
        counts: dict[str, int] = {}
        for entry in items.values():
            counts[entry["verdict"]] = counts.get(entry["verdict"], 0) + 1
        most = sorted(counts.items(), key=lambda pair: -pair[1])
        said = " · ".join(f"{count} {verdict}" for verdict, count in most)
        line = nodes.paragraph(classes=["nb-ledger-summary"])
        line += nodes.Text(f"{len(items)} statements: {said}" if items else "")
        return line

    def _row(self, item: str, entry: dict) -> nodes.row:
        verdict = entry.get("verdict", "open")
        slug = verdict.replace(" ", "-").replace(",", "")
        row = nodes.row(ids=[row_anchor(item)])
        row["classes"] = [f"nb-c-{lecture_of(item)}", f"nb-v-{slug}"]
        name = nodes.paragraph("", "", nodes.strong(text=item))
        kind = KINDS.get(entry.get("kind", ""), "")
        name += nodes.inline(text=f" {kind}", classes=["nb-kind"])
        badge = nodes.inline(text=verdict, classes=["nb-verdict", f"nb-v-{slug}"])
        found = nodes.entry("", nodes.paragraph("", "", badge))
        found += self._text(entry.get("because", ""))
        row += nodes.entry("", name)
        row += nodes.entry("", *self._text(entry.get("says", "")))
        row += found
        row += nodes.entry("", ledger_places("", item=item))
        return row

    def _text(self, markup: str) -> list[nodes.Node]:
        holder = nodes.container()
        lines = StringList(str(markup).split("\n"), str(ledger_file(current().root)))
        self.state.nested_parse(lines, self.content_offset, holder)
        return holder.children


class ledger_places(nodes.General, nodes.Element):
    """Stands in the table until every page is read; attribute ``item``."""


def places_html(translator, node) -> None:
    """Sections, mentions and tests of one entry."""
    builder, item = translator.builder, node["item"]
    links = Links(builder, builder.current_docname, current())
    entry = read_cached().get(item, {})
    ways = [*_sections(builder.env, entry, links), *_mentions(builder.env, item, links)]
    for test in entry.get("tests") or []:
        name = test.partition("::")[2].rpartition("::")[2] or Path(test).name
        address = links.test(test)
        word = f"<code>{escape(name).replace('_', '_<wbr>')}</code>"
        ways.append(
            _way("test", f'<a href="{address}">{word}</a>' if address else word)
        )
    for row in entry.get("bench") or []:
        ways.append(_way("bench", f"<code>{escape(str(row))}</code>"))
    for need in entry.get("needs") or []:
        ways.append(_way("needs", escape(str(need))))
    translator.body.append(f'<ul class="nb-places">{"".join(ways)}</ul>')
    raise nodes.SkipNode


def _way(kind: str, html: str) -> str:
    return f'<li><span class="nb-way">{kind}</span> {html}</li>'


def _sections(env, entry: dict, links: Links) -> list[str]:
    domain, ways = env.get_domain("std"), []
    for label in entry.get("at") or []:
        if label in domain.labels:
            docname, ident, title = domain.labels[label]
        elif label in domain.anonlabels:
            docname, ident = domain.anonlabels[label]
            title = label
        else:
            LOGGER.warning("ledger: no label %s in the book", label)
            continue
        address = escape(links.page(docname, ident))
        ways.append(_way("section", f'<a href="{address}">{escape(title)}</a>'))
    return ways


def _mentions(env, item: str, links: Links) -> list[str]:
    ways = []
    for docname, items in sorted(mentions(env).items()):
        marks = []
        for count in range(1, items.get(item, 0) + 1):
            address = escape(links.page(docname, chip_anchor(item, count)))
            marks.append(
                f'<a href="{address}" aria-label="{item}, {count}">{count}</a>'
            )
        if marks:
            where = escape(env.titles[docname].astext())
            ways.append(_way("met", f"{where}: {' '.join(marks)}"))
    return ways


_cached: dict = {}


def read_cached() -> dict[str, dict]:
    """The ledger, read once for each state of its file."""
    path = ledger_file(current().root)
    stamp = (str(path), path.stat().st_mtime_ns if path.is_file() else 0)
    if _cached.get("stamp") != stamp:
        _cached.update(stamp=stamp, items=read_items(current().root))
    return _cached["items"]


def chip_html(builder, node) -> str:
    """One chip: the id, its verdict as a colour and in words for who hovers."""
    item = node["item"]
    entry = read_cached().get(item)
    ident = f' id="{node["ids"][0]}"' if node["ids"] else ""
    label = f'<span class="nb-chip-id">{escape(item)}</span>'
    if entry is None:
        return f'<span class="nb-chip"{ident}>{label}</span>'
    verdict = entry.get("verdict", "open")
    slug = verdict.replace(" ", "-").replace(",", "")
    title = escape(f"The notes: {entry.get('says', '')} We found: {verdict}.")
    css = f'class="nb-chip nb-v-{slug}" title="{title}"'
    page = next(iter(sorted(tables(builder.env))), None)
    if page is None:
        return f"<span {css}{ident}>{label}</span>"
    links = Links(builder, builder.current_docname, current())
    address = escape(links.page(page, row_anchor(item)))
    return f'<a {css}{ident} href="{address}">{label}</a>'


def check_mentions(_app, env) -> None:
    """Warn where the text names an entry that the ledger does not have."""
    items = read_cached()
    if not items:
        return
    for docname, found in mentions(env).items():
        for item in sorted(set(found) - set(items)):
            LOGGER.warning("ledger: no entry %s", item, location=docname)


def purge(_app, env, docname: str) -> None:
    """Forget what a page said before it is read again."""
    mentions(env).pop(docname, None)
    tables(env).discard(docname)


def merge(_app, env, docnames, other) -> None:
    """Take over what another reader found."""
    for docname in docnames:
        if docname in mentions(other):
            mentions(env)[docname] = mentions(other)[docname]
    tables(env).update(tables(other) & set(docnames))


_reading: list[str] = []


def note_reading(_app, _env, docnames: list[str]) -> None:
    """Remember which pages this build reads."""
    _reading[:] = docnames


def refresh(_app, env) -> list[str]:
    """The table is written again whenever a page was read: it mentions all of them."""
    return sorted(tables(env)) if _reading else []


def register(app) -> None:
    """Tell Sphinx the role, the directive and the table's placeholder."""
    app.add_role("ledger", LedgerRole())
    app.add_directive("ledger-table", LedgerTable)
    app.add_node(ledger_places, html=(places_html, None))
