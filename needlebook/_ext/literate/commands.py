"""The commands of the engine, each a function from parsed arguments to exit status."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from .book import Book
from .problems import LiterateError, one
from .textfile import read


def guarded(command):
    """A command that prints what is wrong, never a bare traceback, and returns 1."""

    def run(args) -> int:
        try:
            return command(args) or 0
        except LiterateError as error:
            print(error, file=sys.stderr)
            return 1

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    return run


def root_of(args) -> Path:
    """The checkout that a command works on: its option, or the one it lies in."""
    return Path(getattr(args, "root", None) or Path(__file__).resolve().parents[3])


@guarded
def sync(args) -> int:
    """Carry edits between text and code."""
    from .sync import sync as run

    for line in run(root_of(args)):
        print(line)
    return 0


@guarded
def check(args) -> int:
    """Fail where text and code differ, or the book has a hole."""
    from .check import check as run

    problems = run(root_of(args))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        count = f"{len(problems)} problem" + "s" * (len(problems) > 1)
        print(f"check: {count}", file=sys.stderr)
    return int(bool(problems))


@guarded
def where(args) -> int:
    """Print the chapter, line and block that wrote a line of an extracted file."""
    root = root_of(args)
    match = re.fullmatch(r"(?P<path>.+?):(?P<line>\d+)(?::\d+)?:?", args.at)
    if match is None:
        raise one(args.at, "not a place", "write FILE:LINE, needlebook/autograd.py:123")
    path = Path(match["path"])
    path = path.relative_to(root) if path.is_relative_to(root) else path
    tree = Book.read(root, missing="skip").assemble()
    file = tree.files.get(path.as_posix())
    if file is None:
        hint = "files are named from the root: needlebook/…"
        raise one(args.at, "no chapter writes this file", hint)
    code = read(root, file.path)
    if code and code.lines != file.texts:
        print(f"{file.path} is not what the book says: sync first", file=sys.stderr)
    try:
        print(tree.where(file.path, int(match["line"])))
    except KeyError as error:
        raise one(args.at, error.args[0]) from None
    return 0


@guarded
def asof(args) -> int:
    """Write the installable library of a chapter."""
    root = root_of(args)
    out = Path(args.out) if args.out else root / "build" / "asof" / args.chapter
    print(Book.read(root, missing="skip").asof(args.chapter, out))
    return 0
