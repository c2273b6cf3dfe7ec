"""Carry edits of an extracted file home: which block says what the code says now?

An answer counts only when the blocks, put together again, make the edited file to the
byte.
"""

from __future__ import annotations

import dataclasses
import difflib
import itertools
from typing import NamedTuple

from .gaps import Gap, choices, gaps
from .model import Block
from .problems import LiterateError, Problem, one
from .tree import File, assemble

TRIES = 64


class Version(NamedTuple):
    """What the code says of one block, and the line of the file where it differs."""

    lines: list[str]
    at: int


class _NoPlace(Exception):
    """A choice that cannot be: a line is further left than its block."""


def carry(
    file: File, blocks: list[Block], code: tuple[str, ...]
) -> dict[Block, Version]:
    """The blocks that the code changed, each with its new lines.

    `file` is the file as the book made it from `blocks`. A LiterateError names the
    place of each edit that no block can take.
    """
    if not code or code[0] != file.lines[0].text:
        raise one(
            f"{file.path}:1",
            "the first line was changed; it is the same in every file",
            f"put it back: {file.lines[0].text}",
        )
    found = gaps(file, code)
    options = [choices(gap) for gap in found]
    versions, reason = _search(file, blocks, found, options, code)
    if versions is not None:
        return versions
    problems = []
    for k, gap in enumerate(found):
        fits, why = _sift(file, blocks, gap, options[k])
        options[k] = fits or options[k]
        problems += [] if fits else [_refusal(file, gap, why)]
    versions, _ = _search(file, blocks, found, options, code)
    if versions is None:
        raise LiterateError(problems or [_refusal(file, found[0], reason)])
    return versions


def _search(file, blocks, found, options, code) -> tuple[dict | None, str]:
    """The first choice for all gaps that makes the code, or why the first does not."""
    reason = ""
    for parts in itertools.islice(itertools.product(*options), TRIES):
        result = _attempt(file, blocks, found, parts, code)
        if isinstance(result, dict):
            return result, ""
        reason = reason or result
    return None, reason


def _sift(file, blocks, gap: Gap, options) -> tuple[list, str]:
    """The choices for a gap that are right where it is the only edit."""
    code = list(file.texts)
    code[gap.start : gap.start + len(gap.old)] = gap.new
    results = [(c, _attempt(file, blocks, [gap], [c], code)) for c in options]
    fits = [choice for choice, result in results if isinstance(result, dict)]
    return fits, next((r for _, r in results if isinstance(r, str)), "")


def remake(path: str, blocks: list[Block], versions: dict[Block, Version]) -> File:
    """The file that blocks make when some of them have other lines."""
    changed = [
        dataclasses.replace(block, lines=versions[block].lines)
        if block in versions
        else block
        for block in blocks
    ]
    return assemble(changed).files[path]


def _attempt(file, blocks, found, parts, code) -> dict[Block, Version] | str:
    """The versions that a choice makes where they make the code, else why not."""
    try:
        versions = _versions(file, found, parts)
        remade = remake(file.path, blocks, versions)
    except _NoPlace as reason:
        return str(reason)
    except LiterateError as error:
        return str(error)
    same = list(remade.texts) == list(code)
    return versions if same else _difference(code, remade.texts)


def _versions(file: File, found: list[Gap], parts) -> dict[Block, Version]:
    """The lines of the changed blocks, flush left, without blanks at their ends."""
    cells: dict[Block, list[list[str]]] = {}
    at: dict[Block, int] = {}

    def open_cells(block: Block, line: int) -> list[list[str]]:
        at.setdefault(block, line)
        return cells.setdefault(block, [[text] for text in block.lines])

    for gap, choice in zip(found, parts, strict=True):
        for line in gap.lost:
            open_cells(line.block, gap.at)[line.index] = []
        for block, index, lines, side in choice:
            cell = open_cells(block, gap.at)[index]
            new = _dedent(lines, _indent(file, block), block)
            cell[:] = new + cell if side == "before" else cell + new
    versions = {}
    for block, parted in cells.items():
        lines = [text for cell in parted for text in cell]
        while lines and not lines[0].strip():
            del lines[0]
        while lines and not lines[-1].strip():
            del lines[-1]
        versions[block] = Version(lines, at[block])
    return versions


def _indent(file: File, block: Block) -> int:
    """By how much the tool indented a block."""
    for line in file.lines:
        if line.block is block and line.index >= 0 and line.text:
            return len(line.text) - len(block.lines[line.index])
    return 0


def _dedent(lines: list[str], indent: int, block: Block) -> list[str]:
    for text in lines:
        if text.strip() and text[:indent].strip():
            raise _NoPlace(
                f"{text!r} is further left than {block.name!r}, which the tool indents"
                f" by {indent}"
            )
    return [text[indent:] for text in lines]


def _difference(code, remade) -> str:
    names = "as edited", "as the blocks would make it"
    return "\n".join(
        difflib.unified_diff(list(code), list(remade), *names, lineterm="", n=1)
    )


def _refusal(file: File, gap: Gap, reason: str) -> Problem:
    """Why an edit cannot be carried home, and the way out."""
    place = f"{file.path}:{gap.at}"
    names = " and ".join(f"{block.name!r} ({block.place})" for block in gap.blocks)
    if len(gap.touched) > 1:
        return Problem(
            place,
            f"one edit across two blocks, {names}",
            "undo it here and make it in the chapter, or sync after each of two steps",
            reason,
        )
    if not any(text.strip() for text in gap.new) and not gap.lost:
        return Problem(
            place,
            "the tool sets the blank lines between two blocks",
            f"put back the {len(gap.old)} of them, here between {names}"
            if gap.old
            else f"take these out again, here beside {names}",
        )
    hint = (
        "undo it here and write it in the chapter, as a block of its own if it is new"
    )
    if reason.startswith("---") and _only_blanks(reason):
        hint = "set the blank lines between the blocks as marked: + to add, - to delete"
    message = f"this edit fits into no block; around it: {names}"
    return Problem(place, message, hint, reason)


def _only_blanks(difference: str) -> bool:
    changed = [row for row in difference.splitlines()[2:] if row[:1] in ("+", "-")]
    return not any(row[1:].strip() for row in changed)
