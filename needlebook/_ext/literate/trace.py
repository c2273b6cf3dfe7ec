"""Name the place in the book in tracebacks and in the messages of compilers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from . import sourcemap
from .tree import Tree

COLOUR = r"(?:\x1b\[[0-9;]*m)*"
MENTION = re.compile(
    rf"(?P<path>needlebook[/\\][\w./\\-]+\.\w+){COLOUR}"
    rf"(?:\"?,{COLOUR} line {COLOUR}|:{COLOUR}|\({COLOUR})(?P<line>\d+)"
)


def annotate(text: str, source: Tree | Mapping | Path | str) -> str:
    """Append `(book/05_….md:210, block)` to each line that names a library line.

    `source` is a tree, a folder that `asof` wrote, or the map of one. Python, IPython,
    GCC, Clang, MSVC, nvcc and CMake messages are understood; text without a map is
    returned as it is.
    """
    runs = sourcemap.load(source)
    return "\n".join(_line(line, runs) for line in text.split("\n")) if runs else text


def _line(line: str, runs: sourcemap.Runs) -> str:
    for match in MENTION.finditer(line):
        path = match["path"].replace("\\", "/")
        place = sourcemap.look_up(runs, path, int(match["line"]))
        if place:
            note = " ({}:{}, {})".format(*place)
            return line if note in line else line + note
    return line
