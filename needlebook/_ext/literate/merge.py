"""Three sides of one file: the agreed state, the text, the code. Who changed what?"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field

from .base import State
from .book import Book
from .home import Version, carry
from .model import Block
from .problems import LiterateError, Problem
from .textfile import TextFile
from .tree import File


@dataclass
class Merge:
    """What a sync is to do: new lines for blocks of the text."""

    book: Book
    bases: list[State]
    edits: dict[Block, list[str]] = field(default_factory=dict)
    exact: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def file(self, path: str, text: File | None, code: TextFile | None) -> None:
        """Compare one file; note the blocks that the code changed, or a problem."""
        made = text.texts if text else None
        if code is None or code.lines == made:
            return
        for base in self.bases:
            if base.lines(path) == code.lines:
                return
            if base.lines(path) == made and base.owned(path):
                self._carry(path, base, code)
                self.exact[path] = code.lines
                return
        for base in self.bases:
            if base.owned(path):
                self._carry(path, base, code)
                return
        self.problems.append(_strangers(path, text, code))

    def _carry(self, path: str, base: State, code: TextFile) -> None:
        """Take the code's edits since `base` into the text's blocks."""
        blocks = base.blocks(path)
        try:
            versions = carry(base.owned(path), blocks, code.lines)
        except LiterateError as error:
            self.problems += error.problems
            return
        names = {block.name for block in blocks}
        for block in self.book.blocks:
            if block.target == path and block.name not in names:
                self._refuse_if_known(block, base.lines(path), code.lines)
        for block, version in versions.items():
            self._block(path, block, version)

    def _block(self, path: str, old: Block, version: Version) -> None:
        """One block that the code changed, against what the text says of it now."""
        if version.lines == old.lines:
            return
        new = self.book.named.get(old.name) or self._renamed(old)
        place = f"{path}:{version.at}"
        if new is None:
            if version.lines:
                self.problems.append(_deleted_in_text(old, version, place))
        elif new.lines == version.lines:
            return
        elif new.lines != old.lines:
            self.problems.append(_conflict(old, new, version, place))
        elif not version.lines:
            self.problems.append(
                Problem(
                    place,
                    f"all lines of the block {new.name!r} are gone from the code",
                    f"delete the block at {new.place}, and what the text says about it;"
                    " or put the lines back",
                )
            )
        else:
            self.edits[new] = version.lines

    def _renamed(self, old: Block) -> Block | None:
        """The block that has another name now and the same lines."""
        same = [
            b
            for b in self.book.blocks
            if (b.target, b.lines) == (old.target, old.lines)
        ]
        return same[0] if len(same) == 1 else None

    def _refuse_if_known(self, block: Block, base, code) -> None:
        """A new block of the text whose lines the code has too would come twice."""
        if not _holds(base, block.lines) and _holds(code, block.lines):
            self.problems.append(
                Problem(
                    block.place,
                    f"the block {block.name!r} is new, and {block.target} has its lines"
                    " already, with other edits",
                    "take the lines out of the code, or the other edits: then sync",
                )
            )


def diff(old, new, old_name: str, new_name: str, context: int = 3) -> str:
    """A unified diff of two lists of lines."""
    lines = difflib.unified_diff(
        list(old), list(new), old_name, new_name, lineterm="", n=context
    )
    return "\n".join(lines)


def _holds(lines: tuple[str, ...], block: list[str]) -> bool:
    wanted = [text.strip() for text in block]
    have = [text.strip() for text in lines]
    size = len(wanted)
    return any(have[k : k + size] == wanted for k in range(len(have) - size + 1))


def _conflict(old: Block, new: Block, version: Version, place: str) -> Problem:
    text = f"{new.page.path}:{new.body_line}"
    sides = [(new.lines, text), (version.lines, place)]
    return Problem(
        new.place,
        f"the block {new.name!r} was changed here and in the code, at {place}",
        "edit one of the two until both say what you want, then sync",
        "\n".join(diff(old.lines, lines, "agreed", name, 99) for lines, name in sides),
    )


def _deleted_in_text(old: Block, version: Version, place: str) -> Problem:
    return Problem(
        place,
        f"the block {old.name!r} was changed here, and is gone from the text;"
        f" it was at {old.place}",
        "write the block again in the chapter, or undo the edit here",
        diff(old.lines, version.lines, old.place, place, 99),
    )


def _strangers(path: str, text: File | None, code: TextFile) -> Problem:
    made = text.texts if text else ()
    return Problem(
        f"{path}:1",
        "text and code differ, and no earlier state is known in which they agreed",
        f"make them equal; or delete {path}, and sync writes it from the text",
        diff(made, code.lines, "the text", path),
    )
