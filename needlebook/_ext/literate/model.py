"""The nouns of the engine: blocks, exercises and pages as they stand in the text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

PLACING = ("into", "after", "before", "replaces", "at")
OPTIONS = ("name", "solution", *PLACING)


@dataclass(eq=False)
class Block:
    """One `{tangle}` directive: one edit of one file of the library.

    `line` is the 1-based line of the opening fence in its page, `body_line` that of
    the first line of code; `lines` carry no newline and are flush left.
    """

    name: str
    target: str
    page: Page
    line: int
    body_line: int
    lines: list[str]
    options: dict[str, str]

    @property
    def chapter(self) -> str | None:
        """The id of the chapter that the block stands in."""
        return self.page.chapter

    @property
    def key(self) -> str:
        """What identifies the block over time: its name, unique in the book."""
        return self.name

    @property
    def place(self) -> str:
        """Page and line of the opening fence."""
        return f"{self.page.path}:{self.line}"

    @cached_property
    def hash(self) -> str:
        """A digest of target, options and code: two readers of a page compare it."""
        options = sorted(self.options.items())
        text = "\n".join([self.target, *(f"{k}={v}" for k, v in options), *self.lines])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"Block({self.name!r}, {self.place})"


@dataclass(eq=False)
class Exercise:
    """One `{exercise}` directive: its id (`3a.1`), title and options."""

    id: str
    title: str
    line: int
    options: dict[str, str]


@dataclass(eq=False)
class Page:
    """One Markdown page; `path` is relative to the root, with forward slashes."""

    docname: str
    path: str
    chapter: str | None
    text: str
    blocks: list[Block] = field(default_factory=list)
    exercises: list[Exercise] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
