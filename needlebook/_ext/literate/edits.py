"""Apply blocks, in reading order, to one file: a list of rows that know their owner.

A block that replaces another takes its place in the list of edits, and the edits are
applied anew: what later blocks put into the old lines is put into the new ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from .languages import is_python, slot_name
from .model import Block
from .outline import Path, Scope, outline
from .problems import LiterateError, one


@dataclass(slots=True)
class Row:
    """One line of a file while it is assembled; slot lines are still among them.

    `host` is the block whose slot the line's block fills.
    """

    text: str
    block: Block
    index: int
    path: Path
    slot: str | None
    host: Block | None = None
    defines: tuple[Path, ...] = ()


@dataclass
class Edit:
    """A block at the place that `chain[0]` was given; each of the chain replaced the
    one before it, the last is live."""

    chain: list[Block]

    @property
    def block(self) -> Block:
        return self.chain[-1]


class FileEdits:
    """The edits of one file and the rows they make."""

    def __init__(self, target: str):
        self.target = target
        self.edits: list[Edit] = []
        self.rows: list[Row] = []
        self.indents: dict[Block, tuple[int, Path]] = {}

    def apply(self, block: Block) -> None:
        """Apply one more block; a LiterateError says why it has no place."""
        if "replaces" not in block.options:
            edit = Edit([block])
            self._place(edit, replay=False)
            self.edits.append(edit)
            return
        edit = self._live(block, block.options["replaces"])
        edit.chain.append(block)
        self._again(block)

    def _again(self, block: Block) -> None:
        self.rows, self.indents = [], {}
        for edit in self.edits:
            try:
                self._place(edit, replay=True)
            except LiterateError as error:
                if edit.block is block:
                    raise
                raise one(
                    block.place,
                    f"replacing {block.options['replaces']!r} leaves no place for "
                    f"{edit.block.name!r} of {edit.block.place}",
                    error.problems[0].message,
                ) from error

    def _live(self, block: Block, name: str) -> Edit:
        for edit in self.edits:
            if edit.block.name == name:
                return edit
        for edit in self.edits:
            if any(old.name == name for old in edit.chain):
                new = edit.block
                raise one(
                    block.place,
                    f"{name!r} is not live: {new.name!r} of {new.place} replaced it",
                    f"write {new.name!r} instead",
                )
        raise one(
            block.place,
            f"no block {name!r} in {self.target} so far",
            "blocks live here: " + ", ".join(e.block.name for e in self.edits),
        )

    def _place(self, edit: Edit, replay: bool) -> None:
        position, indent, path = self._spot(edit, replay)
        block = edit.block
        self.indents[block] = (indent, path)
        host = self.rows[position].block if "at" in edit.chain[0].options else None
        self.rows[position:position] = make_rows(block, indent, path, host)

    def _spot(self, edit: Edit, replay: bool) -> tuple[int, int, Path]:
        """Where an edit goes: the row before which, its indentation, its path."""
        block, options = edit.block, edit.chain[0].options
        if slot := options.get("at"):
            return self._slot(block, slot)
        scope: Path = ()
        indent, position = 0, len(self.rows)
        if into := options.get("into"):
            first, last, scope = self._definition(block, into, ())
            if scope[-1].kind != "class":
                raise one(block.place, f":into: {into} is not a class")
            indent, position = scope[-1].column + 4, last + 1
        for side in ("after", "before"):
            if side in options:
                return self._beside(block, options[side], side, scope, indent, replay)
        return position, indent, scope

    def _slot(self, block: Block, name: str) -> tuple[int, int, Path]:
        found = [k for k, row in enumerate(self.rows) if row.slot == name]
        if len(found) != 1:
            slots = sorted({row.slot for row in self.rows if row.slot})
            raise one(
                block.place,
                f"{len(found) or 'no'} slot <<{name}>> in {self.target} so far",
                "slots here: " + (", ".join(slots) or "none"),
            )
        row = self.rows[found[0]]
        return found[0], len(row.text) - len(row.text.lstrip()), row.path

    def _beside(self, block, name, side, scope, indent, replay):
        """The place after or before a definition, else after or before a block."""
        span = self._find(name, scope)
        if span is None:
            edit = self._by_name(name, replay)
            if edit is None:
                self._definition(block, name, scope)
            indent, scope = self.indents[edit.block]
            span = self._extent(edit.block, scope)
        return (span[1] + 1 if side == "after" else span[0]), indent, scope

    def _by_name(self, name: str, replay: bool) -> Edit | None:
        placed = [edit for edit in self.edits if edit.block in self.indents]
        for edit in placed:
            if edit.block.name == name:
                return edit
            if replay and any(block.name == name for block in edit.chain):
                return edit
        return None

    def _extent(self, block: Block, scope: Path) -> tuple[int, int]:
        """First and last row of a block, with what others added to its last class."""
        rows = [k for k, row in enumerate(self.rows) if row.block is block]
        if not rows:
            raise one(block.place, f"the block {block.name!r} is empty")
        last = rows[-1]
        inner = self.rows[last].path[: len(scope) + 1]
        if len(inner) > len(scope) and inner[-1].kind == "class":
            while last + 1 < len(self.rows) and starts(self.rows[last + 1].path, inner):
                last += 1
        return rows[0], last

    def _definition(self, block, name: str, scope: Path) -> tuple[int, int, Path]:
        span = self._find(name, scope)
        if span is None:
            here = ".".join(step.name for step in scope) or self.target
            known = dict.fromkeys(
                row.path[len(scope)].name
                for row in self.rows
                if len(row.path) > len(scope) and starts(row.path, scope)
            )
            raise one(
                block.place,
                f"no {name!r} in {here} so far",
                "known: " + (", ".join(known) or "nothing"),
            )
        return span

    def _find(self, name: str, scope: Path) -> tuple[int, int, Path] | None:
        """First row, last row and path of a definition; dots lead into classes."""
        span = None
        for step in name.split("."):
            rows = [
                k
                for k, row in enumerate(self.rows)
                if len(row.path) > len(scope)
                and row.path[len(scope)].name == step
                and starts(row.path, scope)
            ]
            if not rows:
                return None
            scope = self.rows[rows[0]].path[: len(scope) + 1]
            span = rows[0], rows[-1], scope
        return span


def starts(path: Path, prefix: Path) -> bool:
    """Whether a path lies in, or is, another one."""
    return path[: len(prefix)] == prefix


def make_rows(block: Block, indent: int, path: Path, host: Block | None) -> list[Row]:
    """The rows of a block, indented, with their paths inside `path`."""
    python = is_python(block.target)
    shape = outline(tuple(block.lines)) if python else None
    rows = []
    for index, line in enumerate(block.lines):
        text = " " * indent + line if line else line
        row = Row(text, block, index, path, slot_name(text), host)
        if shape:
            row.path = path + moved(shape.paths[index], indent)
            row.defines = tuple(
                path + moved(inner, indent) for inner in shape.defines.get(index, ())
            )
        rows.append(row)
    return rows


def moved(path: Path, indent: int) -> Path:
    """A path whose columns are those of the file, not of the block."""
    return tuple(Scope(s.kind, s.name, s.column + indent) for s in path)
