"""Which class or function does each line of a Python block belong to?

Each line gets a path, such as (class Tensor, def backward). Placing by name and the
blank lines between blocks are read off these paths; no file is parsed as a whole.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from .languages import slot_name

MAY_REPEAT = {"overload", "setter", "getter", "deleter", "register"}
OPENER = re.compile(r"^( *)(class|def|async def) +(\w+)")
DEFINING = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class Scope(NamedTuple):
    """One step of a path; kind is `class`, `def` or `value` (an assigned name)."""

    kind: str
    name: str
    column: int


Path = tuple[Scope, ...]


@dataclass
class Outline:
    """For each line its path; `defines`: line index to the paths that start there."""

    paths: list[Path]
    defines: dict[int, list[Path]] = field(default_factory=dict)


@cache
def outline(lines: tuple[str, ...]) -> Outline:
    """The outline of a block, guessed from its indentation where it does not parse."""
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError):
        return _by_indentation(lines)
    result = Outline([()] * len(lines))
    _visit(tree.body, (), True, lines, result)
    return result


def _visit(body: list, path: Path, strict: bool, lines, result: Outline) -> None:
    for node in body:
        if isinstance(node, DEFINING):
            kind = "class" if isinstance(node, ast.ClassDef) else "def"
            inner = (*path, Scope(kind, node.name, node.col_offset))
            first = _mark(node, inner, lines, result)
            if strict and not _may_repeat(node):
                result.defines.setdefault(first, []).append(inner)
            if kind == "class":
                _visit(node.body, inner, True, lines, result)
            continue
        for name in _assigned(node):
            _mark(node, (*path, Scope("value", name, node.col_offset)), lines, result)
        for part in ("body", "orelse", "finalbody"):
            _visit(getattr(node, part, []), path, False, lines, result)
        for handler in getattr(node, "handlers", []):
            _visit(handler.body, path, False, lines, result)


def _mark(node, path: Path, lines, result: Outline) -> int:
    """Give a node's lines its path, with the comments that belong to it."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(d.lineno for d in decorators)]) - 1
    last = node.end_lineno
    column = node.col_offset
    while first > 0 and _comment_at(lines[first - 1], column):
        first -= 1
    ahead = last
    while path[-1].kind != "value" and ahead < len(lines):
        text = lines[ahead]
        if text.strip() and not (_column(text) > column and text.lstrip()[0] == "#"):
            break
        ahead += 1
        if text.strip():
            last = ahead
    result.paths[first:last] = [path] * (last - first)
    return first


def _comment_at(text: str, column: int) -> bool:
    return (
        text[column : column + 1] == "#"
        and not text[:column].strip()
        and slot_name(text) is None
    )


def _column(text: str) -> int:
    return len(text) - len(text.lstrip())


def _assigned(node) -> list[str]:
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    if not isinstance(node, (ast.Assign, ast.AnnAssign)):
        return []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _may_repeat(node) -> bool:
    names = set()
    for decorator in getattr(node, "decorator_list", []):
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        names.add(getattr(call, "attr", getattr(call, "id", "")))
    return node.name == "_" or bool(names & MAY_REPEAT)


def _by_indentation(lines: tuple[str, ...]) -> Outline:
    """Paths of a block that is no complete Python: a fragment, or code with a fault."""
    result, path = Outline([]), ()
    for text in lines:
        if text.strip():
            closed = re.match(r"^ *[)\]}]", text)
            while path and not closed and _column(text) <= path[-1].column:
                path = path[:-1]
            if (match := OPENER.match(text)) and (not path or path[-1].kind == "class"):
                kind = "class" if match[2] == "class" else "def"
                path = (*path, Scope(kind, match[3], len(match[1])))
        result.paths.append(path)
    return result
