"""A listing as the page shows it: its numbers, its neighbours, and where it goes.

Numbers are those of the file at the end of the listing's chapter, the file that the
cells of the chapter import. The grey lines around are those that stood there when the
listing was written.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from .highlight import highlight_lines
from .source import CONTEXT, Section, Source


@dataclass(frozen=True)
class Row:
    """One line of a listing: its number in the file (None for a slot) and its HTML."""

    number: int | None
    html: str


@dataclass(frozen=True)
class Listing:
    """One block with everything that stands around it.

    Args:
        block: the engine's block.
        numbers: the line number of each of its lines, None for a slot line.
        live: whether the block is still in the file at the end of its chapter.
        before, after: how many neighbouring lines are shown.
        section: the section in which it stands.
        follows: the next block of the same file, or None.
        replaces, replaced: the block it replaces, the block that replaces it, or None.
        tests: the test file that mirrors the target, or None.
        moment: the file right after the block was placed.
        new_file: whether this is the first block of its file.
    """

    block: object
    numbers: tuple[int | None, ...]
    live: bool
    before: tuple[int, ...]
    own: tuple[int | None, ...]
    after: tuple[int, ...]
    section: Section | None
    follows: object | None
    replaces: object | None
    replaced: object | None
    tests: str | None
    moment: str
    new_file: bool

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last line number in the file, or None where no line is left."""
        numbers = [number for number in self.numbers if number]
        return (numbers[0], numbers[-1]) if numbers else None

    def rows(self) -> tuple[list[Row], list[Row], list[Row]]:
        """The lines before, the listing's own lines and the lines after, coloured."""
        lines = highlight_lines(self.block.target, self.moment)
        own = [
            Row(number, slot_html(line) if place is None else lines[place])
            for line, place, number in zip(self.block.lines, self.own, self.numbers)
        ]
        before = [Row(None, lines[place]) for place in self.before]
        after = [Row(None, lines[place]) for place in self.after]
        return before, own, after

    def digest(self, source: Source) -> str:
        """Changes whenever something that other chapters decide changes."""
        lines = self.moment.split("\n")
        around = [lines[place] for place in (*self.before, *self.after)]
        others = [self.follows, self.replaces, self.replaced]
        said = [describe(source, other) for other in others if other]
        parts = [self.block.target, self.numbers, self.live, around, said, self.tests]
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def slot_html(line: str) -> str:
    """A slot comment, shown but never numbered: the extracted file does not have it."""
    text = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<span class="nb-slot">{text}</span>'


def anchor(block) -> str:
    """The id of a listing in its page."""
    return f"listing-{block.name}"


def describe(source: Source, block) -> str:
    """In which section of which chapter a block stands, in words."""
    section = source.section_of(block.page, block.line)
    title = section.title if section else source.title_of(block.page)
    return f"chapter {block.chapter}, {title}"


def _neighbours(lines, ours: list[int], step: int) -> tuple[int, ...]:
    """Up to CONTEXT places beside our own, blank lines at the far end left out."""
    if not ours:
        return ()
    edge = ours[-1] if step > 0 else ours[0]
    found = range(edge + step, edge + step * (CONTEXT + 1), step)
    found = [place for place in found if 0 <= place < len(lines)]
    while found and not lines[found[-1]].text.strip():
        found.pop()
    return tuple(sorted(found))


def _places(lines, block) -> dict[int, int]:
    """Where the lines of a block stand: index in the block to index in the file."""
    return {
        line.index: place
        for place, line in enumerate(lines)
        if line.block is block and line.index >= 0
    }


def build(source: Source, block) -> Listing:
    """Look up everything that is shown around a block."""
    moment = source.moment(block)
    here = _places(moment, block)
    end = source.tree(block.chapter).files.get(block.target)
    there = _places(end.lines, block) if end else {}
    live = bool(there)
    shown = {index: place + 1 for index, place in (there if live else here).items()}
    indices = range(len(block.lines))
    ours = sorted(here.values())
    new_file = source.starts_file(block)
    before = () if new_file else _neighbours(moment, ours, -1)
    return Listing(
        block=block,
        numbers=tuple(shown.get(index) for index in indices),
        live=live,
        before=before,
        own=tuple(here.get(index) for index in indices),
        after=_neighbours(moment, ours, +1),
        section=source.section_of(block.page, block.line),
        follows=source.next_of(block),
        replaces=source.book.named.get(block.options.get("replaces")),
        replaced=source.book.replaced_by(block),
        tests=source.tests_of(block.target),
        moment="\n".join(line.text for line in moment),
        new_file=new_file,
    )


def language(path: str) -> str:
    """A word for the language of a file, for those who cannot see its colours."""
    suffixes = {
        ".py": "Python",
        ".cpp": "C++",
        ".hpp": "C++",
        ".h": "C++",
        ".cu": "CUDA C++",
        ".cuh": "CUDA C++",
    }
    name = PurePosixPath(path)
    return "CMake" if name.name == "CMakeLists.txt" else suffixes.get(name.suffix, "")
