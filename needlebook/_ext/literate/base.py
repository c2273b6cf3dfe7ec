"""The last state in which text and code agreed: what both sides are compared with."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .book import Book
from .lock import STATE
from .model import Block
from .problems import LiterateError
from .reader import ENGINE
from .tree import File, Tree

BASE = f"{STATE}/base.json"


@dataclass
class State:
    """Text and code at one moment at which they agreed: files by their path."""

    texts: dict[str, str]
    files: dict[str, str]

    @cached_property
    def _book(self) -> Book:
        try:
            return Book.build(Path(), self.texts.get, missing="skip")
        except LiterateError:
            return Book(Path(), [], "")

    @cached_property
    def _tree(self) -> Tree:
        try:
            return self._book.assemble()
        except LiterateError:
            return Tree()

    def lines(self, path: str) -> tuple[str, ...] | None:
        """The agreed lines of an extracted file, None where it did not exist."""
        text = self.files.get(path)
        return None if text is None else tuple(text.split("\n")[:-1])

    def owned(self, path: str) -> File | None:
        """An extracted file with its owners, None where this engine makes another."""
        file = self._tree.files.get(path)
        return file if file and file.text == self.files.get(path) else None

    def blocks(self, path: str) -> list[Block]:
        """The blocks that write an extracted file, in reading order."""
        return [block for block in self._book.blocks if block.target == path]

    @property
    def data(self) -> bytes:
        """The state as it is kept."""
        content = {"texts": self.texts, "files": self.files}
        return json.dumps(content, ensure_ascii=False, indent=0).encode()


def stored(root: Path) -> State | None:
    """The state that the last sync left, None where there is none or it is broken."""
    try:
        content = json.loads((root / BASE).read_text("utf-8"))
        return State(content["texts"], content["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def committed(root: Path) -> State | None:
    """The state of the last commit, None where git has none to give.

    A file that was committed with an edit that the text lacks is left out of it: it
    never was agreed on.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    command = ["git", "-C", str(root), "archive", "HEAD", "book", "needlebook"]
    try:
        done = subprocess.run(command, capture_output=True, env=environment, check=True)
        archive = tarfile.open(fileobj=io.BytesIO(done.stdout))
    except (OSError, subprocess.CalledProcessError, tarfile.TarError):
        return None
    state = State({}, {})
    for member in archive.getmembers():
        name = member.name
        side = state.texts if name.startswith("book/") else state.files
        if not member.isfile() or name.startswith(ENGINE):
            continue
        try:
            text = archive.extractfile(member).read().decode("utf-8")
        except UnicodeDecodeError:
            continue
        side[name] = text.replace("\r\n", "\n") if side is state.files else text
    return State(state.texts, {p: t for p, t in state.files.items() if state.owned(p)})
