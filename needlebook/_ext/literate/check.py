"""Does everything hold together? Text and code, owners, exercises, the ledger."""

from __future__ import annotations

import ast
from pathlib import Path

from . import journal, ledger
from .book import Book
from .languages import is_python
from .merge import diff
from .model import Block
from .problems import LiterateError, Problem
from .sync import no_owner, unowned
from .textfile import read
from .tree import File, Tree


def check(root: Path) -> list[Problem]:
    """All problems of a checkout; nothing is written. None: text and code are one."""
    root = Path(root)
    try:
        book = Book.read(root)
    except LiterateError as error:
        return error.problems
    problems = unfinished(root) + exercises(book)
    try:
        problems += ledger.check(book)
    except LiterateError as error:
        problems += error.problems
    try:
        for page in book.chapters:
            book.assemble(page.chapter)
        tree = book.assemble()
    except LiterateError as error:
        return error.problems + problems
    problems += [no_owner(path) for path in unowned(root, set(tree.files))]
    for path, file in sorted(tree.files.items()):
        problems += agreement(root, path, file) + syntax(tree, path, file)
    return problems


def unfinished(root: Path) -> list[Problem]:
    """A sync that was killed and has not been finished."""
    if not (root / journal.JOURNAL).exists():
        return []
    return [Problem(journal.JOURNAL, "a sync was cut short", "run sync: it goes on")]


def agreement(root: Path, path: str, file: File) -> list[Problem]:
    """Where an extracted file is not what the book says, to the byte."""
    hint = "run sync: it carries the change to the other side"
    try:
        code = read(root, path)
    except LiterateError as error:
        return error.problems
    if code is None:
        block = next(line.block for line in file.lines if line.block)
        return [Problem(block.place, f"{path} has not been extracted", hint)]
    if code.holding(file.texts) == code.raw:
        return []
    if code.lines == file.texts:
        return [Problem(path, "the last line does not end with a newline", hint)]
    both = zip(file.texts, code.lines, strict=False)
    same = next((k for k, (old, new) in enumerate(both) if old != new), None)
    at = min(len(file.texts), len(code.lines)) if same is None else same
    origin = Tree({path: file}).where(path, min(at + 1, len(file.lines)))
    shown = diff(file.texts, code.lines, f"{path} (the text)", f"{path} (the code)")
    place = f"{origin.path}:{origin.line}"
    message = f"text and code differ from {path}:{at + 1} on, in {origin.block.name!r}"
    return [Problem(place, message, hint, shown)]


def syntax(tree: Tree, path: str, file: File) -> list[Problem]:
    """The first syntax error of an extracted Python file, at its place in the text."""
    if not is_python(path):
        return []
    try:
        ast.parse(file.text)
    except SyntaxError as error:
        line = min(max(error.lineno or 1, 1), len(file.lines))
        origin = tree.where(path, line)
        place = f"{origin.path}:{origin.line}"
        return [
            Problem(place, f"not Python: {error.msg}", f"extracted as {path}:{line}")
        ]
    return []


def exercises(book: Book) -> list[Problem]:
    """Exercises without a solution, solutions without an exercise, ids taken twice."""
    problems: list[Problem] = []
    solved: dict[str, Block] = {}
    for block in book.blocks:
        if identity := block.options.get("solution"):
            solved.setdefault(identity, block)
    known: dict[str, str] = {}
    for page in book.pages:
        for exercise in page.exercises:
            place = f"{page.path}:{exercise.line}"
            first = known.setdefault(exercise.id, place)
            if first != place:
                message = f"the exercise {exercise.id!r} is there already"
                problems.append(Problem(place, message, f"first at {first}"))
            elif exercise.id not in solved:
                message = f"the exercise {exercise.id!r} has no solution"
                hint = f"write a block with :solution: {exercise.id}"
                problems.append(Problem(place, message, hint))
    for identity, block in solved.items():
        if identity not in known:
            problems.append(Problem(block.place, f"no exercise {identity!r} to solve"))
    return problems
