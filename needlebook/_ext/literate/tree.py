"""The assembled library: files as lists of lines that know the block they are from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from .edits import FileEdits, Row
from .languages import header
from .model import Block
from .problems import LiterateError, Problem
from .spacing import blanks_after_header, blanks_between


class Line(NamedTuple):
    """A line of an extracted file: its block, and its index in `block.lines`.

    A blank line that the tool set before a block has that block and index -1; the
    constant first line has no block.
    """

    text: str
    block: Block | None
    index: int


class Origin(NamedTuple):
    """Where a line is written: `path:line`, in the block of that name."""

    path: str
    line: int
    block: Block | None

    def __str__(self) -> str:
        name = f", {self.block.name}" if self.block else ""
        return f"{self.path}:{self.line}{name}"


@dataclass
class File:
    """One extracted file: its path from the root and its lines."""

    path: str
    lines: list[Line]

    @cached_property
    def text(self) -> str:
        """The bytes of the file, as text: every line ends with a newline."""
        return "".join(f"{text}\n" for text in self.texts)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The text of each line, without owners and newlines."""
        return tuple(line.text for line in self.lines)


@dataclass
class Tree:
    """The files of the library at one moment of the book."""

    files: dict[str, File] = field(default_factory=dict)
    live: set[Block] = field(default_factory=set)

    def where(self, path: str, line: int) -> Origin:
        """The place in the book that wrote a line; KeyError where there is none."""
        lines = self.files[path].lines
        if not 1 <= line <= len(lines):
            raise KeyError(f"{path} has {len(lines)} lines, not {line}")
        found = lines[line - 1]
        if found.block is None:
            found = next(other for other in lines if other.block)
        if found.index < 0 or lines[line - 1].block is None:
            return Origin(found.block.page.path, found.block.line, found.block)
        number = found.block.body_line + found.index
        return Origin(found.block.page.path, number, found.block)

    def spans(self, block: Block) -> list[tuple[int, int]]:
        """The ranges of lines, first and last, that a block has in its file."""
        result: list[tuple[int, int]] = []
        if block.target not in self.files:
            return result
        for number, line in enumerate(self.files[block.target].lines, 1):
            if line.block is not block or line.index < 0:
                continue
            if result and result[-1][1] == number - 1:
                result[-1] = (result[-1][0], number)
            else:
                result.append((number, number))
        return result


def assemble(blocks: list[Block]) -> Tree:
    """Apply blocks in their order; a LiterateError names all that found no place."""
    files: dict[str, FileEdits] = {}
    problems: list[Problem] = []
    for block in blocks:
        file = files.setdefault(block.target, FileEdits(block.target))
        try:
            file.apply(block)
        except LiterateError as error:
            problems.extend(error.problems)
    for file in files.values():
        problems.extend(_defined_twice(file.rows))
    if problems:
        raise LiterateError(problems)
    tree = Tree({path: _render(path, file.rows) for path, file in files.items()})
    tree.live = {edit.block for file in files.values() for edit in file.edits}
    return tree


def _render(path: str, rows: list[Row]) -> File:
    """Rows to lines: slots go, the first line and the blanks between blocks come."""
    lines = [Line(header(path), None, -1)]
    last: Row | None = None
    blanks = 0
    for row in rows:
        if row.slot:
            continue
        if row.text:
            wanted = 0
            if last is None:
                wanted = blanks_after_header(row)
            elif last.block is not row.block:
                wanted = blanks_between(last, row)
            lines += [Line("", row.block, -1)] * (wanted - blanks)
            last, blanks = row, 0
        else:
            blanks += 1
        lines.append(Line(row.text, row.block, row.index))
    return File(path, lines)


def _defined_twice(rows: list[Row]) -> list[Problem]:
    """Names that two statements of one scope define, overloads and setters apart."""
    seen: dict[tuple[str, ...], Row] = {}
    problems = []
    for row in rows:
        for path in row.defines:
            names = tuple(step.name for step in path)
            first = seen.setdefault(names, row)
            if first is not row:
                problems.append(
                    Problem(
                        _place(row),
                        f"{'.'.join(names)} is defined twice in {row.block.target}",
                        f"first at {_place(first)}: replace that block, or rename",
                    )
                )
    return problems


def _place(row: Row) -> str:
    return f"{row.block.page.path}:{row.block.body_line + row.index}"
