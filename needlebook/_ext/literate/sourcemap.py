"""The source map of a tree as plain data: runs of lines, and where each is written.

A run is [first, last, page, line, block]: the lines first to last of the extracted
file are the lines from `line` on of the page. Blank lines that the tool set, and the
first line, have no run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from .tree import Tree

Runs = dict[str, list[list]]


def of(tree: Tree) -> Runs:
    """The runs of every file of a tree."""
    return {path: _runs(file) for path, file in tree.files.items()}


def _runs(file) -> list[list]:
    runs: list[list] = []
    block, index = None, 0
    for number, line in enumerate(file.lines, 1):
        if line.index < 0:
            block = None
            continue
        if line.block is block and line.index == index + 1:
            runs[-1][1] = number
        else:
            place = line.block.body_line + line.index
            runs.append([number, number, line.block.page.path, place, line.block.name])
        block, index = line.block, line.index
    return runs


def load(source: Tree | Mapping | Path | str) -> Runs:
    """The runs of a tree, of a folder that `asof` wrote, or of the map of one."""
    if isinstance(source, Tree):
        return of(source)
    if isinstance(source, Mapping):
        return source.get("files", source)
    try:
        text = (Path(source) / ".literate-map.json").read_text("utf-8")
    except OSError:
        return {}
    return json.loads(text)["files"]


def look_up(runs: Runs, path: str, line: int) -> tuple[str, int, str] | None:
    """Page, line and block that wrote a line of an extracted file, None if none did."""
    for first, last, page, start, block in runs.get(path, []):
        if first <= line <= last:
            return page, start + line - first, block
    return None
