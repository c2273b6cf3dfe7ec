"""The ledger: what the lecture notes say, where the book meets it, what it found."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from .book import Book, decode
from .problems import Problem, one

LEDGER = "book/ledger.yml"
VERDICTS = ("holds", "holds, but", "wrong", "open", "not measured")
KINDS = set("CDFHKQTW")
DOES = set("EIP")
NEEDS = {"gpu", "mnist-train", "cifar10", "ptb"}
IDENTITY = re.compile(r"^L(?P<chapter>\d+[a-z]?)\.(?P<letter>[A-Z]?)(?P<number>\d+)$")
ROLE = re.compile(r"\{ledger\}`([^`]+)`")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Ledger:
    """The chapters that are done, the items by id as written, and the line of each."""

    done: list[str]
    items: dict[str, dict]
    lines: dict[str, int] = field(default_factory=dict)

    def place(self, identity: str) -> str:
        """File and line of an item."""
        return f"{LEDGER}:{self.lines.get(identity, 1)}"

    def of(self, chapter: str) -> dict[str, dict]:
        """The items of one chapter."""
        return {
            name: item
            for name, item in self.items.items()
            if chapter_of(name) == chapter
        }


def chapter_of(identity: str) -> str | None:
    """The chapter of an id: L3a.Q1 is of 3a."""
    match = IDENTITY.match(identity)
    return match["chapter"] if match else None


def load(root: Path) -> Ledger:
    """Read `book/ledger.yml`; a LiterateError says where it cannot be read."""
    path = Path(root) / LEDGER
    if not path.is_file():
        raise one(f"{LEDGER}:1", "the ledger is missing")
    text = decode(path.read_bytes(), LEDGER)
    try:
        content = yaml.load(text, Loader=LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or error
        line = mark.line + 1 if mark else 1
        raise one(f"{LEDGER}:{line}", f"not YAML: {reason}") from None
    items = content.get("items") if isinstance(content, dict) else None
    if not isinstance(items, dict) or not all(map(_is_item, items.values())):
        raise one(f"{LEDGER}:1", "wanted: `done`, a list, and `items`, id: {…}")
    found = re.finditer(r"^\s*[\"']?(L[\w.]+)[\"']?:", text, re.MULTILINE)
    lines = {m[1]: text.count("\n", 0, m.start(1)) + 1 for m in reversed([*found])}
    return Ledger([str(name) for name in content.get("done") or []], items, lines)


def _is_item(item) -> bool:
    return isinstance(item, dict)


def check(book: Book) -> list[Problem]:
    """The holes of the ledger, for every chapter that it lists as done."""
    ledger = load(book.root)
    tests, rows = Tests(book.root), bench_rows(book.root)
    targets = {label for page in book.pages for label in page.labels} | set(book.named)
    problems = _holes(ledger, book)
    for identity, item in ledger.items.items():
        match = IDENTITY.match(identity)
        if match is None:
            problems.append(Problem(ledger.place(identity), f"{identity!r} is no id"))
        elif match["chapter"] in ledger.done:
            for message in _faults(item, targets, tests, rows):
                problems.append(
                    Problem(ledger.place(identity), f"{identity}: {message}")
                )
    return problems + _mentions(ledger, book)


def _holes(ledger: Ledger, book: Book) -> list[Problem]:
    """Chapters that the book lacks, and ids that are skipped in the numbering."""
    problems = []
    known = {page.chapter for page in book.chapters}
    for chapter in ledger.done:
        numbers: dict[str, set[int]] = {}
        for identity in ledger.of(chapter):
            match = IDENTITY.match(identity)
            numbers.setdefault(match["letter"], set()).add(int(match["number"]))
        if chapter not in known or not numbers:
            what = "items" if chapter in known else "page"
            problems.append(Problem(f"{LEDGER}:1", f"chapter {chapter} has no {what}"))
        for letter, found in numbers.items():
            for number in sorted(set(range(1, max(found) + 1)) - found):
                name = f"L{chapter}.{letter}{number}"
                problems.append(Problem(f"{LEDGER}:1", f"{name} is missing"))
    return problems


def _faults(item: dict, targets: set[str], tests: Tests, rows: set[str]):
    """What one item of a finished chapter lacks, in words."""
    if item.get("kind") not in KINDS:
        yield f"kind {item.get('kind')!r} is none of {' '.join(sorted(KINDS))}"
    for key in ("says", "because"):
        if not str(item.get(key) or "").strip():
            yield f"`{key}` is empty"
    if item.get("verdict") not in VERDICTS:
        yield f"verdict {item.get('verdict')!r} is none of {', '.join(VERDICTS)}"
    lists = {key: _list(item, key) for key in ("does", "at", "tests", "needs", "bench")}
    for key in [key for key, value in lists.items() if value is None]:
        yield f"`{key}` is no list"
    if lists["at"] == []:
        yield "`at` names no place in the book"
    for label in lists["at"] or []:
        if label not in targets:
            yield f"`at` names {label!r}, no label and no block of the book"
    for word in sorted(set(lists["does"] or []) - DOES):
        yield f"`does` has {word!r}, which is none of {' '.join(sorted(DOES))}"
    for need in sorted(set(lists["needs"] or []) - NEEDS):
        yield f"`needs` has {need!r}, which is none of {', '.join(sorted(NEEDS))}"
    unmeasured = item.get("verdict") == "not measured"
    if unmeasured and not lists["needs"]:
        yield "not measured, and `needs` does not say what for"
    if {"E", "I"} & set(lists["does"] or []) and not lists["tests"] and not unmeasured:
        yield "an experiment or implementation without a test"
    for test in lists["tests"] or []:
        if reason := tests.fault(test):
            yield reason
    for row in lists["bench"] or []:
        if row not in rows:
            yield f"`bench` names {row!r}, no case and no file of bench/"


def _list(item: dict, key: str) -> list[str] | None:
    value = item.get(key) or []
    return [str(word) for word in value] if isinstance(value, list) else None


def _mentions(ledger: Ledger, book: Book) -> list[Problem]:
    """Ids in the text, in roles and exercises, that the ledger does not have."""
    found = []
    for page in book.pages:
        for number, line in enumerate(page.text.split("\n"), 1):
            found += [(page.path, number, name) for name in ROLE.findall(line)]
        for exercise in page.exercises:
            names = re.split(r"[\s,]+", exercise.options.get("ledger", "").strip())
            found += [(page.path, exercise.line, name) for name in names if name]
    return [
        Problem(f"{path}:{number}", f"the ledger has no {name!r}")
        for path, number, name in found
        if name not in ledger.items
    ]


def bench_rows(root: Path) -> set[str]:
    """The names that `bench` may have: cases, `@case("…")`, and files of bench/."""
    rows = set()
    for path in sorted((root / "bench").glob("*.py")):
        rows.add(path.stem)
        for node in ast.walk(ast.parse(path.read_bytes())):
            name = getattr(getattr(node, "func", None), "id", "")
            if name == "case" and node.args and isinstance(node.args[0], ast.Constant):
                rows.add(str(node.args[0].value))
    return rows


class Tests:
    """Do tests exist? Read from the text of their modules; nothing is imported."""

    def __init__(self, root: Path):
        self.root = root
        self._names: dict[str, set[str] | None] = {}

    def fault(self, node: str) -> str | None:
        """Why a node id names no test, None where it names one."""
        path, _, name = node.partition("::")
        if path not in self._names:
            self._names[path] = self._read(path)
        names = self._names[path]
        if names is None:
            return f"`tests` names {node!r}: no module {path}"
        if name.split("[")[0] not in names:
            return f"`tests` names {node!r}: no such test in {path}"
        return None

    def _read(self, path: str) -> set[str] | None:
        try:
            tree = ast.parse((self.root / path).read_bytes())
        except (OSError, SyntaxError, ValueError):
            return None
        names = set()
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                names.add(node.name)
            elif isinstance(node, ast.ClassDef):
                defs = [child for child in node.body if hasattr(child, "name")]
                names |= {f"{node.name}::{child.name}" for child in defs}
        return {name for name in names if name.split("::")[-1].startswith("test")}
