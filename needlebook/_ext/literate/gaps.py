"""Lay an edited file against the file that the book made, and read off the edits.

A gap is a run of changed lines between two lines that stayed. Its new lines go to the
block that lost lines in it; on the border of two blocks to the one before it, or else
to the one after it; an edit across two blocks is cut where it shows the border.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .model import Block
from .tree import File, Line


class Part(NamedTuple):
    """New lines for a block: they stand for its line `index`, or beside it."""

    block: Block
    index: int
    lines: list[str]
    side: str = "instead"


@dataclass
class Gap:
    """Lines that changed between two that stayed, `before` and `after`.

    `old` are the lines of the book that are gone, the tool's blank lines among them,
    from index `start` on; `new` those of the code in their place, from its line `at`
    on (counted from 1).
    """

    before: Line
    old: list[Line]
    start: int
    after: Line | None
    new: list[str]
    at: int

    @property
    def lost(self) -> list[Line]:
        """The lines of blocks that are gone."""
        return [line for line in self.old if line.index >= 0]

    @property
    def blocks(self) -> list[Block]:
        """The blocks around and in the gap, in their order."""
        lines = [self.before, *self.lost, *([self.after] if self.after else [])]
        return list(dict.fromkeys(line.block for line in lines if line.block))

    @property
    def touched(self) -> list[Block]:
        """The blocks that lost a line."""
        return list(dict.fromkeys(line.block for line in self.lost))


def gaps(file: File, code: tuple[str, ...]) -> list[Gap]:
    """The places where the code is not what the book made."""
    old = file.texts
    matcher = difflib.SequenceMatcher(
        lambda text: not text.strip(), old[1:], code[1:], autojunk=False
    )
    stayed = [(0, 0)]
    for a, b, size in matcher.get_matching_blocks():
        stayed += [(a + k + 1, b + k + 1) for k in range(size)]
    stayed = [(a, b) for a, b in stayed if a == 0 or file.lines[a].index >= 0]
    stayed.append((len(old), len(code)))
    found = []
    for (a, b), (c, d) in itertools.pairwise(stayed):
        if old[a + 1 : c] != code[b + 1 : d]:
            after = file.lines[c] if c < len(old) else None
            lines, new = file.lines[a + 1 : c], list(code[b + 1 : d])
            found.append(Gap(file.lines[a], lines, a + 1, after, new, b + 2))
    return found


def choices(gap: Gap) -> list[list[Part]]:
    """The ways to give the new lines of a gap to blocks, the likeliest first."""
    touched, around = gap.touched, gap.blocks
    if len(around) == 1 and len(gap.lost) == len(gap.old) and gap.before.block:
        return [[_part(gap, around[0], gap.new)]]
    if not any(text.strip() for text in gap.new):
        return [[]]
    if len(touched) > 1:
        return list(_across(gap))
    return [[_part(gap, block, _cut(gap, block))] for block in touched or _border(gap)]


def _border(gap: Gap) -> list[Block]:
    lines = [gap.before, *([gap.after] if gap.after else [])]
    return list(dict.fromkeys(line.block for line in lines if line.block))


def _cut(gap: Gap, block: Block) -> list[str]:
    """The new lines without the blanks that the tool sets between blocks."""
    lines = list(gap.new)
    while gap.before.block is not block and not lines[0].strip():
        del lines[0]
    while not lines[-1].strip() and (gap.after is None or gap.after.block is not block):
        del lines[-1]
    return lines


def _across(gap: Gap) -> Iterator[list[Part]]:
    """Line by line, or cut at the one place with the blanks of the old border."""
    if len(gap.old) == len(gap.new):
        pairs = list(zip(gap.old, gap.new, strict=True))
        if not any(line.index < 0 and text for line, text in pairs):
            yield [Part(x.block, x.index, [t]) for x, t in pairs if x.index >= 0]
    between = [k for k, line in enumerate(gap.old) if line.index < 0]
    if len(gap.touched) == 2 and between:
        size = len(between)
        cuts = [
            k
            for k in range(1, len(gap.new) - size)
            if not any(gap.new[k : k + size]) and gap.new[k - 1] and gap.new[k + size]
        ]
        if len(cuts) == 1:
            first, second = gap.touched
            yield [
                _part(gap, first, gap.new[: cuts[0]]),
                _part(gap, second, gap.new[cuts[0] + size :]),
            ]


def _part(gap: Gap, block: Block, lines: list[str]) -> Part:
    for line in gap.lost:
        if line.block is block:
            return Part(block, line.index, lines)
    if gap.before.block is block:
        return Part(block, gap.before.index, lines, "after")
    return Part(block, gap.after.index, lines, "before")
