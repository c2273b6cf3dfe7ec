"""The directives that chapters write: ``tangle``, ``exercise``, ``engine-source``."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from .listing import anchor
from .nodes import (
    engine_file,
    exercise_node,
    exercise_title,
    ledger_chip,
    listing_node,
    solution_node,
)
from .source import current

_SHOWN = {".py", ".css", ".js", ".html"}


def words(argument: str | None) -> list[str]:
    """An option that lists several words, with or without commas."""
    return [word for word in re.split(r"[,\s]+", argument or "") if word]


class Tangle(SphinxDirective):
    """A listing that goes into a file of the library.

    The engine has read the same text already; the directive demands that both saw the
    same lines at the same place, so that two readers cannot drift apart.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = dict.fromkeys(
        ("name", "into", "after", "before", "replaces", "at", "solution"),
        directives.unchanged_required,
    )

    def run(self) -> list[nodes.Node]:
        docname = self.env.docname
        block = current().block_at(docname, self.lineno)
        self._agree(block)
        node = listing_node(docname=docname, line=block.line, ids=[anchor(block)])
        self.set_source_info(node)
        std = self.env.get_domain("std")
        title = f"the listing “{block.name}”"
        std.labels[block.name] = (docname, anchor(block), title)
        std.anonlabels[block.name] = (docname, anchor(block))
        exercise = self.options.get("solution")
        if exercise:
            return [solution_node("", node, exercise=exercise)]
        return [node]

    def _agree(self, block) -> None:
        if block is None:
            raise self.error("tangle: the engine found no block that opens here")
        lines = "\n".join(self.content).strip("\n").split("\n")
        target = self.arguments[0].strip()
        seen = replace(block, target=target, lines=lines, options=dict(self.options))
        if seen.hash != block.hash:
            raise self.error(
                f"tangle: the page and the engine read this block of {block.target} "
                "differently; is there a blank line between the options and the code?"
            )


class Exercise(SphinxDirective):
    """An exercise: ``3a.1 Title``, what it trains, how long it takes, what to write."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {
        "ledger": words,
        "minutes": directives.positive_int,
        "signature": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        number, _, title = self.arguments[0].strip().partition(" ")
        if not re.fullmatch(r"\d+[a-z]?\.\d+", number) or not title:
            raise self.error('exercise: write its number and its title, "3a.1 Title"')
        ident = f"exercise-{number.replace('.', '-')}"
        exercise = exercise_node(
            ids=[ident], number=number, minutes=self.options.get("minutes")
        )
        self.set_source_info(exercise)
        inline, messages = self.state.inline_text(title.strip(), self.lineno)
        exercise += exercise_title(title, "", *inline)
        exercise += messages
        body = nodes.container(classes=["nb-exercise-body"])
        self.state.nested_parse(self.content, self.content_offset, body)
        exercise += body
        exercise += self._signature()
        exercise += self._trains()
        labels = self.env.get_domain("std")
        labels.labels[ident] = (self.env.docname, ident, f"exercise {number}")
        labels.anonlabels[ident] = (self.env.docname, ident)
        return [exercise]

    def _signature(self) -> list[nodes.Node]:
        signature = self.options.get("signature")
        if not signature:
            return []
        code = f"def {signature}: ..."
        literal = nodes.literal_block(code, code, language="python")
        literal["classes"] = ["nb-signature"]
        return [literal]

    def _trains(self) -> list[nodes.Node]:
        items = self.options.get("ledger") or []
        if not items:
            return []
        line = nodes.paragraph(classes=["nb-trains"])
        line += nodes.Text("Trains ")
        for item in items:
            line += [ledger_chip(item, item, item=item), nodes.Text(" ")]
        return [line]


class EngineSource(SphinxDirective):
    """The machine of this book, straight from its files.

    Argument: a file or a folder below ``needlebook/_ext/``. A folder shows its files in
    order, each under a heading of its own.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"only": words, "not": words}

    def run(self) -> list[nodes.Node]:
        root = Path(__file__).resolve().parent.parent
        path = (root / self.arguments[0].strip()).resolve()
        if not path.is_relative_to(root) or not path.exists():
            raise self.error(f"engine-source: no {self.arguments[0]} in _ext")
        if path.is_file():
            return [self._file(root, path)]
        return [self._section(root, file) for file in self._files(path)]

    def _files(self, folder: Path) -> list[Path]:
        only, leave = self.options.get("only"), self.options.get("not") or []
        return [
            file
            for file in sorted(folder.rglob("*"))
            if file.suffix in _SHOWN
            and "__pycache__" not in file.parts
            and not file.name.endswith("-full.js")
            and (not only or file.name in only)
            and file.name not in leave
        ]

    def _section(self, root: Path, file: Path) -> nodes.Node:
        name = file.relative_to(root).as_posix()
        ident = f"section-{engine_anchor(name)}"
        section = nodes.section(ids=[ident], names=[nodes.fully_normalize_name(name)])
        section += nodes.title(name, "", nodes.literal(name, name))
        section += self._file(root, file)
        return section

    def _file(self, root: Path, file: Path) -> nodes.Node:
        self.env.note_dependency(str(file))
        name = file.relative_to(root).as_posix()
        node = engine_file(ids=[engine_anchor(name)], path=name)
        node["code"] = file.read_text(encoding="utf-8").rstrip("\n")
        self.set_source_info(node)
        return node


def engine_anchor(name: str) -> str:
    """The id of a file of the machine, given from ``needlebook/_ext/``."""
    return nodes.make_id(f"engine-{name}")


def register(app) -> None:
    """Tell Sphinx the directives."""
    app.add_directive("tangle", Tangle)
    app.add_directive("exercise", Exercise)
    app.add_directive("engine-source", EngineSource)
