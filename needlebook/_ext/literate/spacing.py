"""Blank lines between two blocks, as a formatter would set them."""

from __future__ import annotations

from .edits import Row
from .languages import is_python
from .outline import Path


def blanks_after_header(row: Row) -> int:
    """How many blank lines follow the constant first line."""
    return 2 if _named(row.path) else 0


def blanks_between(before: Row, after: Row) -> int:
    """How many blank lines stand between the lines of two blocks.

    Two around a top-level class or function of Python, one between members and
    elsewhere; none at a slot, but around what is defined there.
    """
    close = (before.host or before.block) is (after.host or after.block)
    if is_python(after.block.target):
        return _python(before, after, close)
    if before.text.endswith(("{", "(")) or after.text.lstrip().startswith(("}", ")")):
        return 0
    if close:
        return int(_is_definition(before) or _is_definition(after))
    return 1


def _python(before: Row, after: Row, close: bool) -> int:
    if before.text.endswith(":"):
        return 0
    old, new = _named(before.path), _named(after.path)
    if not (old and new and old[0] == new[0]):
        return 2 if old or new else int(not close)
    return int(not close or old != new)


def _named(path: Path) -> Path:
    return tuple(step for step in path if step.kind != "value")


def _is_definition(row: Row) -> bool:
    """Whether a block of C++ or CUDA ends as a function or a class does."""
    return row.host is not None and row.block.lines[-1].startswith("}")
