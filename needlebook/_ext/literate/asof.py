"""Write the library as it stands at the end of a chapter, ready to install and test."""

from __future__ import annotations

import ast
import json
import os
import re
import tomllib
from pathlib import Path

from . import sourcemap
from .book import Book
from .problems import one

MAP = ".literate-map.json"
ENGINE_TESTS = ("tests/ext/", "tests/page/")
TABLE = "[tool.needlebook]"


def write(book: Book, chapter: str, out: Path) -> Path:
    """Write the tree of a chapter to a folder and return the folder.

    Files that are right stay untouched, files of an earlier run that are not part of
    the tree go, what others put there (native modules) stays. A folder with other
    content is refused.
    """
    out = Path(out)
    before = _earlier(out)
    tree = book.assemble(chapter)
    files = {path: file.text.encode() for path, file in tree.files.items()}
    files |= project_files(book.root, chapter) | tests_upto(book, chapter)
    described = {
        "chapter": chapter,
        "files": sourcemap.of(tree),
        "written": sorted(files),
    }
    for path in before - set(files):
        (out / path).unlink(missing_ok=True)
    for path, data in files.items():
        _put(out / path, data)
    _put(out / MAP, json.dumps(described, ensure_ascii=False).encode())
    return out


def _earlier(out: Path) -> set[str]:
    """The files that an earlier run wrote into the folder."""
    if not out.is_dir() or not any(out.iterdir()):
        return set()
    try:
        return set(json.loads((out / MAP).read_text("utf-8"))["written"])
    except (OSError, ValueError, KeyError):
        raise one(
            str(out),
            "the folder holds something else than an earlier tree",
            "name an empty folder, or one that asof wrote",
        ) from None


def _put(path: Path, data: bytes) -> None:
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    temporary.write_bytes(data)
    os.replace(temporary, path)


def project_files(root: Path, chapter: str) -> dict[str, bytes]:
    """pyproject.toml with the chapter's name, and the files that it refers to."""
    source = root / "pyproject.toml"
    if not source.is_file():
        raise one("pyproject.toml", "the file is missing, the tree needs it")
    text = source.read_bytes().decode("utf-8")
    files = {"pyproject.toml": with_chapter(text, chapter).encode()}
    project = tomllib.loads(text).get("project", {})
    readme = project.get("readme")
    names = [readme.get("file") if isinstance(readme, dict) else readme]
    names += project.get("license-files", [])
    for pattern in ["CMakeLists.txt", *filter(None, names)]:
        for path in sorted(root.glob(pattern)):
            files[path.relative_to(root).as_posix()] = path.read_bytes()
    return files


def with_chapter(text: str, chapter: str) -> str:
    """The text of a pyproject.toml whose table tool.needlebook names a chapter."""
    line = f'chapter = "{chapter}"'
    if TABLE not in text:
        return f"{text.rstrip()}\n\n{TABLE}\n{line}\n"
    head, _, rest = text.partition(TABLE)
    table, mark, more = rest.partition("\n[")
    table = re.sub(r"(?m)^chapter\s*=.*\n?", "", table)
    return f"{head}{TABLE}\n{line}{table.rstrip()}\n{mark}{more}"


def tests_upto(book: Book, chapter: str) -> dict[str, bytes]:
    """The tests that hold at the end of a chapter, and what they share."""
    order = [page.chapter for page in book.chapters]
    now = order.index(book.chapter(chapter).chapter)
    files = {}
    for path in sorted((book.root / "tests").rglob("*")):
        name = path.relative_to(book.root).as_posix()
        hidden = "__pycache__" in path.parts or name.startswith(ENGINE_TESTS)
        if hidden or path.suffix == ".pyc" or not path.is_file():
            continue
        data = path.read_bytes()
        if path.suffix == ".py" and path.name.startswith("test_"):
            since, until = markers(data.decode("utf-8"), name)
            known = [order.index(c) if c in order else len(order) for c in since]
            over = [order.index(c) if c in order else len(order) for c in until]
            if not known or max(known) > now or any(end <= now for end in over):
                continue
        files[name] = data
    return files


def markers(text: str, name: str) -> tuple[list[str], list[str]]:
    """The chapters of a test module's literal `pytestmark`: since, and until."""
    found: dict[str, list[str]] = {"since": [], "until": []}
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise one(f"{name}:{error.lineno}", f"not Python: {error.msg}") from None
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if [getattr(target, "id", "") for target in targets] != ["pytestmark"]:
            continue
        for call in ast.walk(node.value):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                values = [a.value for a in call.args if isinstance(a, ast.Constant)]
                found.get(call.func.attr, []).extend(map(str, values))
    return found["since"], found["until"]
