"""The promises that the pages keep: exercises, glossary, references, ledger."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

BOOK = Path(__file__).resolve().parents[2] / "book"
LEAST_EXERCISES = 8
LECTURES = {  # lecture: (last plain number, the ids that are not plain numbers)
    "3a": (15, "Q1 Q2"),
    "3b": (12, ""),
    "4": (22, ""),
    "5": (19, ""),
    "6": (37, "Q1 Q2 Q3 Q4"),
    "7": (44, ""),
    "8": (16, ""),
    "9": (52, "Q1 Q2 Q3 Q4 Q5"),
    "10": (28, "Q1 K1 K2 K3"),
    "11": (28, ""),
    "12": (15, "T1 T2 T3 K1 K2"),
}
IDS = [
    f"L{lecture}.{number}"
    for lecture, (last, others) in LECTURES.items()
    for number in [*range(1, last + 1), *others.split()]
]


@dataclass
class Fence:
    """A directive of a page: its name, argument, options and body."""

    kind: str
    argument: str
    options: dict[str, str]
    body: str
    line: int


def directives(text: str, kind: str) -> list[Fence]:
    """The directives of one kind that stand at the left margin of a page."""
    found = []
    lines = text.split("\n")
    inside, start = "", 0
    for number, line in enumerate(lines, 1):
        fence = re.match(r"(`{3,}|:{3,})(.*)", line)
        if inside:
            if fence and fence[1].startswith(inside) and not fence[2].strip():
                inside = ""
                if start:
                    found.append(_fence(lines, start, number - 1))
        elif fence:
            inside = fence[1]
            named = re.match(r"\{([\w-]+)\}", fence[2])
            start = number if named and named[1] == kind else 0
    return found


def _fence(lines: list[str], start: int, end: int) -> Fence:
    kind, argument = re.match(r"[`:]+\{([\w-]+)\}\s*(.*)", lines[start - 1]).groups()
    body = lines[start:end]
    options = {}
    while body and (option := re.match(r":([\w-]+):\s*(.*)", body[0])):
        options[option[1]] = option[2].strip()
        body = body[1:]
    return Fence(kind, argument, options, "\n".join(body), start)


def exercise_problems(text: str, chapter: str, ids: list[str]) -> list[str]:
    """What a chapter's exercises lack; empty when they keep every promise."""
    exercises = directives(text, "exercise")
    solutions: dict[str, list[str]] = {}
    for block in directives(text, "tangle"):
        if name := block.options.get("solution"):
            solutions.setdefault(name, []).append(block.body)
    problems = []
    if len(exercises) < LEAST_EXERCISES:
        problems.append(f"only {len(exercises)} exercises")
    names = [exercise.argument.split(" ")[0] for exercise in exercises]
    expected = [f"{chapter}.{number}" for number in range(1, len(names) + 1)]
    if names != expected:
        problems.append(f"ids are {names}")
    problems += [f"solution of no exercise: {n}" for n in solutions if n not in names]
    for name, exercise in zip(names, exercises, strict=True):
        lacks = _one_exercise(exercise, "\n".join(solutions.get(name, [])), ids)
        problems += [f"{name} (line {exercise.line}): {lack}" for lack in lacks]
    return problems


def _one_exercise(exercise: Fence, solution: str, ids: list[str]) -> list[str]:
    lacks = []
    trained = exercise.options.get("ledger", "").replace(",", " ").split()
    lacks += ["no ledger id"] if not trained else []
    lacks += [f"unknown ledger id {i}" for i in trained if i not in ids]
    if not re.fullmatch(r"[1-9]\d*", exercise.options.get("minutes", "")):
        lacks.append("no minutes")
    if not exercise.body.strip():
        lacks.append("no text")
    if " " not in exercise.argument:
        lacks.append("no title")
    signature = exercise.options.get("signature", "")
    wanted = _parameters(f"def {signature}: ...") if signature else {}
    if len(wanted) != 1:
        return [*lacks, f"signature is not a function: {signature!r}"]
    ((name, arguments),) = wanted.items()
    given = _parameters(solution)
    if name not in given:
        lacks.append(f"no function {name} in a solution block")
    elif given[name] != arguments:
        lacks.append(f"signature has {arguments}, solution has {given[name]}")
    return lacks


def _parameters(code: str) -> dict[str, list[str]]:
    """The names of the parameters of every top-level function, or of a class."""
    try:
        body = ast.parse(code).body
    except SyntaxError:
        return {}
    found = {}
    for node in body:
        name = getattr(node, "name", "")
        if isinstance(node, ast.ClassDef):
            found[name] = []
            inits = [n for n in node.body if getattr(n, "name", "") == "__init__"]
            node = inits[0] if inits else node
        if isinstance(node, ast.FunctionDef):
            a = node.args
            every = [*a.posonlyargs, *a.args, a.vararg, *a.kwonlyargs, a.kwarg]
            names = [parameter.arg for parameter in every if parameter]
            found[name] = names[1:] if names[:1] == ["self"] else names
    return found


def glossary_problems(text: str) -> list[str]:
    """Terms that are out of order, defined twice or not defined."""
    (glossary,) = directives(text, "glossary")
    terms, problems = [], []
    for entry in re.split(r"\n\s*\n", glossary.body.strip("\n")):
        term, _, definition = entry.partition("\n")
        terms.append(term.strip().lower())
        if not definition.startswith("  ") or not definition.strip():
            problems.append(f"no definition: {term}")
    problems += [f"twice: {term}" for term in set(terms) if terms.count(term) > 1]
    if terms != sorted(terms):
        problems.append("not sorted")
    return problems


def citation_problems(pages: dict[str, str], bibliography: str) -> list[str]:
    """Keys cited that do not exist, keys that nobody cites, keys given twice."""
    keys = re.findall(r"@\w+\s*\{\s*([^,\s]+)\s*,", bibliography)
    cited: dict[str, str] = {}
    for page, text in pages.items():
        for group in re.findall(r"\{cite(?::[a-z]+)?\}`([^`]+)`", text):
            cited |= {key.strip(): page for key in group.split(",")}
    problems = [f"{cited[key]} cites {key}" for key in cited if key not in keys]
    problems += [f"nobody cites {key}" for key in keys if key not in cited]
    return problems + [f"twice: {key}" for key in set(keys) if keys.count(key) > 1]


def ledger_problems(items: dict) -> list[str]:
    """Ids that are missing or not ours, statements without words, wrong order."""
    problems = [f"missing: {i}" for i in IDS if i not in items]
    problems += [f"unknown: {i}" for i in items if i not in IDS]
    problems += [f"says nothing: {i}" for i, e in items.items() if not e.get("says")]
    if not problems and list(items) != IDS:
        problems.append("not in the order of the lectures")
    return problems


def chapter_pages() -> list[Path]:
    files = re.findall(r"file: (\S+)", (BOOK / "_toc.yml").read_text())
    return [BOOK / f"{name}.md" for name in files if re.match(r"\d\d", name)]


def all_pages() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(BOOK.glob("*.md"))}


def ledger_items() -> dict:
    return yaml.safe_load((BOOK / "ledger.yml").read_text("utf-8"))["items"]


@pytest.mark.parametrize("path", chapter_pages(), ids=lambda path: path.stem)
def test_every_exercise_can_be_graded(path):
    chapter = re.match(r"0?(\d+[a-z]?)_", path.name)[1]
    assert exercise_problems(path.read_text("utf-8"), chapter, IDS) == []


def test_glossary_defines_each_term_once():
    assert glossary_problems((BOOK / "glossary.md").read_text("utf-8")) == []


def test_citations_and_references_agree():
    bibliography = (BOOK / "references.bib").read_text("utf-8")
    assert citation_problems(all_pages(), bibliography) == []


def test_the_bibliography_can_be_read():
    """A brace too few is found here and not by the build of the pages."""
    from pybtex.database.input.bibtex import Parser
    from pybtex.scanner import PybtexSyntaxError

    text = (BOOK / "references.bib").read_text("utf-8")
    entries = Parser().parse_string(text).entries
    assert len(entries) == len(re.findall(r"^@", text, re.MULTILINE))
    with pytest.raises(PybtexSyntaxError):
        Parser().parse_string(text.replace("\n}\n", "\n", 1))


def test_ledger_holds_the_308_statements():
    assert len(IDS) == len(set(IDS)) == 308
    assert ledger_problems(ledger_items()) == []


def test_every_page_is_in_the_table_of_contents():
    listed = re.findall(r"(?:file|root): (\S+)", (BOOK / "_toc.yml").read_text())
    assert sorted(listed) == sorted(path.stem for path in BOOK.glob("*.md"))


GOOD = "\n".join(
    f"""
```{{exercise}} 4.{n} Title
:ledger: L4.{n}
:minutes: 10
:signature: f{n}(x: float, *, times: int = 2) -> float

Text.
```

```{{tangle}} needlebook/solutions/ch04.py
:solution: 4.{n}

def f{n}(x, *, times=2):
    return x * times
```
"""
    for n in range(1, 9)
)


def test_exercises_in_order_pass():
    assert exercise_problems(GOOD, "4", IDS) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("L4.3", "L4.99", "unknown ledger id L4.99"),
        (":ledger: L4.3\n", "", "no ledger id"),
        (":minutes: 10\n", "", "no minutes"),
        (":minutes: 10", ":minutes: soon", "no minutes"),
        ("4.3 Title", "4.9 Title", "ids are"),
        ("4.3 Title", "4.3", "no title"),
        ("def f3(x,", "def g3(x,", "no function f3"),
        ("def f3(x,", "def f3(y,", "solution has"),
        (":solution: 4.3", ":solution: 4.12", "solution of no exercise"),
        ("f3(x: float, *, times: int = 2) -> float", "f3", "not a function"),
        ("\nText.\n", "", "no text"),
        ("```{exercise} 4.8", "```{note} 4.8", "only 7 exercises"),
    ],
)
def test_a_faulty_exercise_is_found(old, new, message):
    assert old in GOOD
    problems = exercise_problems(GOOD.replace(old, new, 1), "4", IDS)
    assert any(message in problem for problem in problems), problems


def test_exercises_inside_an_example_do_not_count():
    quoted = "````{code-block} markdown\n" + GOOD.strip() + "\n````\n"
    assert directives(quoted, "exercise") == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("a\n  One.\n\na\n  Two.", "twice: a"),
        ("b\n  One.\n\na\n  Two.", "not sorted"),
        ("a\n\nb\n  Two.", "no definition: a"),
    ],
)
def test_a_faulty_glossary_is_found(body, message):
    assert message in glossary_problems(f"```{{glossary}}\n{body}\n```\n")


def test_faulty_references_are_found():
    pages = {"a.md": "see {cite}`x2020,y2021` and {cite:t}`z`"}
    entries = "@book{x2020,\n}\n@misc{w, }\n@misc{y2021, }\n@misc{y2021, }"
    assert citation_problems(pages, entries) == [
        "a.md cites z",
        "nobody cites w",
        "twice: y2021",
    ]


def test_a_faulty_ledger_is_found():
    items = {i: {"says": "something"} for i in IDS}
    assert ledger_problems(items) == []
    assert ledger_problems(items | {"L4.23": {"says": "x"}}) == ["unknown: L4.23"]
    assert ledger_problems(items | {"L4.1": {}}) == ["says nothing: L4.1"]
    assert ledger_problems({i: items[i] for i in IDS[1:]}) == ["missing: L3a.1"]
    assert ledger_problems({i: items[i] for i in reversed(IDS)}) == [
        "not in the order of the lectures"
    ]
