"""Keep text and code one: carry edits home, extract, and move the agreed state.

Everything is worked out in memory and put to the test there; only then are files
written, and the state that both sides agreed on moves last.
"""

from __future__ import annotations

from pathlib import Path

from . import base, journal
from .base import State
from .book import Book
from .languages import comment
from .lock import locked
from .merge import Merge, diff
from .model import Block
from .problems import LiterateError, Problem
from .reader import ENGINE, ROOT
from .textfile import TextFile, read
from .tree import File, Tree


def sync(root: Path) -> list[str]:
    """Synchronise a checkout and return what was done, one line each.

    A LiterateError names every place that needs a person; then nothing was written.
    """
    root = Path(root)
    with locked(root):
        said = journal.recover(root)
        return said + _sync(root)


def _sync(root: Path) -> list[str]:
    book = Book.read(root, missing="skip")
    tree = book.assemble()
    strays = unowned(root, set(tree.files))
    last = base.stored(root)
    bases = [state for state in (last or base.committed(root),) if state]
    code = read_code(root, {*tree.files, *(path for s in bases for path in s.files)})
    strays = [path for path in strays if path not in code]
    if strays:
        raise LiterateError([no_owner(path) for path in strays])
    if last and _differs(tree, code, last):
        bases += filter(None, [base.committed(root)])
    merge = Merge(book, bases)
    for path, file in code.items():
        merge.file(path, tree.files.get(path), file)
    if merge.problems:
        raise LiterateError(merge.problems)
    texts = new_texts(book, merge.edits)
    return _write(root, book, verify(book, merge, texts), code, last)


def read_code(root: Path, paths: set[str]) -> dict[str, TextFile | None]:
    """The extracted files as they are; a LiterateError names those that are no text."""
    code, problems = {}, []
    for path in sorted(paths):
        try:
            code[path] = read(root, path)
        except LiterateError as error:
            problems += error.problems
    if problems:
        raise LiterateError(problems)
    return code


def unowned(root: Path, owned: set[str]) -> list[str]:
    """Text files of the library that no block writes; empty sources count, because
    an empty `__init__.py` makes a package that no chapter's tree has."""
    found = []
    for path in sorted((root / ROOT).rglob("*")):
        name = path.relative_to(root).as_posix()
        parts = path.relative_to(root).parts
        hidden = any(part[0] == "." or part == "__pycache__" for part in parts)
        if name in owned or name.startswith(ENGINE) or hidden or name.endswith("~"):
            continue
        matters = path.is_file() and (path.stat().st_size or comment(name) is not None)
        if matters and is_text(path):
            found.append(name)
    return found


def is_text(path: Path) -> bool:
    """Whether a file is no binary, judged by its first bytes."""
    with path.open("rb") as file:
        return b"\0" not in file.read(8192)


def no_owner(path: str) -> Problem:
    """The problem of a file that no block writes, and the ways out."""
    return Problem(
        f"{path}:1",
        "no block of the book writes this file",
        f"move its code into a block, ```{{tangle}} {path}, and delete it; or move it",
    )


def _differs(tree: Tree, code: dict[str, TextFile | None], last: State) -> bool:
    """Whether a file differs on both sides from what the last sync left."""
    for path, file in code.items():
        text = tree.files.get(path)
        sides = (file.lines if file else None, text.texts if text else None)
        if sides[0] != sides[1] and last.lines(path) not in sides:
            return True
    return False


def new_texts(book: Book, edits: dict[Block, list[str]]) -> dict[str, str]:
    """The pages that change: new lines in some blocks, every other byte kept."""
    texts = {}
    for page in book.pages:
        lines = page.text.split("\n")
        for block in reversed(page.blocks):
            if block in edits:
                start = block.body_line - 1
                end = "\r" if lines[start].endswith("\r") else ""
                new = [text + end for text in edits[block]]
                lines[start : start + len(block.lines)] = new
                texts[page.path] = "\n".join(lines)
    return texts


def verify(book: Book, merge: Merge, texts: dict[str, str]) -> Book:
    """Read the new texts, put the library together anew, and compare with the code."""
    hint = "nothing was written; undo the edit here and make it in the chapter"
    try:
        made = Book.build(book.root, (book.texts | texts).get, missing="skip")
        tree = made.assemble()
    except LiterateError as error:
        message = "with the code's edits"
        raise LiterateError(
            [Problem(p.place, f"{message}: {p.message}", hint) for p in error.problems]
        ) from error
    problems = []
    for block in book.blocks:
        new = made.named.get(block.name)
        if new is None or new.lines != merge.edits.get(block, block.lines):
            problems.append(
                Problem(block.place, "the block cannot hold the edit", hint)
            )
    for path, lines in merge.exact.items():
        remade = tree.files[path].texts
        if remade != lines:
            shown = diff(lines, remade, path, "as the book would make it")
            problems.append(Problem(path, "the edit does not come back", hint, shown))
    if problems:
        raise LiterateError(problems)
    return made


def _write(root: Path, old: Book, new: Book, code, last: State | None) -> list[str]:
    """Write pages, then code, then the agreed state; say what was written."""
    plan: journal.Plan = {}
    read: journal.Plan = {}
    said = []
    for path, text in new.texts.items():
        if text != old.texts[path]:
            plan[path], read[path] = text.encode(), old.texts[path].encode()
            said.append(f"carried home into {path}")
    files = new.assemble().files
    for path, file in code.items():
        read[path] = file.raw if file else None
        data = _data(files.get(path), file)
        if data != read[path]:
            plan[path] = data
            said.append(f"{'deleted' if data is None else 'extracted'} {path}")
    state = State(new.texts, {path: file.text for path, file in files.items()})
    if plan or last is None or state != last:
        plan[base.BASE] = state.data
        journal.commit(root, plan, read, base.BASE)
    return said


def _data(made: File | None, file: TextFile | None) -> bytes | None:
    if made is None:
        return None
    return file.holding(made.texts) if file else made.text.encode()
