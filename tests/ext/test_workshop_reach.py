"""Which tests a tree repeats: none that cannot see a change, all that can."""

import shutil
import sys
from pathlib import Path

import pytest
from ext_small_book import SmallBook
from hypothesis import given
from hypothesis import strategies as st

from workshop.reach import Reach

ROOT = Path(__file__).resolve().parents[2]
ORDER = ["3a", "3b", "4"]
SINCE = 'import pytest\n\npytestmark = pytest.mark.since("3a")\n'
TREE = {
    "pyproject.toml": '[tool.needlebook]\nchapter = "3a"\n',
    "needlebook/__init__.py": '"""All."""\n\nfrom . import ops\nfrom .ops import *\n',
    "needlebook/ops/__init__.py": (
        "import math\n\nfrom .one import first\nfrom .two import second as other\n"
        "__all__ = ['first', 'other']\n"
    ),
    "needlebook/ops/one.py": "from ..base import zero\n\nfirst = zero\n",
    "needlebook/ops/two.py": "second = 2\n",
    "needlebook/base.py": "zero = 0\n",
    "needlebook/lazy.py": "def late():\n    from .base import zero\n    return zero\n",
    "needlebook/native/part.cpp": "int one;\n",
    "needlebook/alone.py": "x = 1\n",
    "tests/conftest.py": "",
    "tests/points.csv": "1,2\n",
}
PYTHON = [name for name in TREE if name.startswith("needlebook/")]


def tree(folder, test, **edited):
    """A tree with one test module, some of its files edited; and its digest."""
    shutil.rmtree(folder, ignore_errors=True)
    files = TREE | {"tests/ops/test_it.py": SINCE + test}
    chapter = edited.pop("chapter", "3a")
    for name, text in (files | edited).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Reach(folder, chapter, ORDER).digests()["tests/ops/test_it.py"]


def seen(folder, test):
    """The files of which an edit changes the digest of a test module."""
    before = tree(folder, test)
    edits = {name: TREE[name] + "\nedited = 1\n" for name in TREE}
    return {n for n, text in edits.items() if tree(folder, test, **{n: text}) != before}


SHARED = {"pyproject.toml", "tests/conftest.py", "tests/points.csv"}
BASE, ONE, TWO = "needlebook/base.py", "needlebook/ops/one.py", "needlebook/ops/two.py"
INIT, OPS = "needlebook/__init__.py", "needlebook/ops/__init__.py"


@pytest.mark.parametrize(
    "test, wanted",
    [
        ("import math", set()),
        ("from needlebook.base import zero", {BASE}),
        ("import needlebook.base", {BASE, INIT, OPS, ONE, TWO}),
        ("import needlebook as nb", {BASE, INIT, OPS, ONE, TWO}),
        ("from needlebook.ops.one import first", {BASE, ONE}),
        ("from needlebook.ops import first", {BASE, ONE}),
        ("from needlebook.ops import other", {TWO}),
        ("from needlebook import first", {BASE, ONE}),
        ("from needlebook.ops import *", {BASE, OPS, ONE, TWO}),
        ("from needlebook import base", {BASE}),
        ("from needlebook import ops", {BASE, OPS, ONE, TWO}),
        (
            "def test_x():\n    from needlebook.lazy import late",
            {"needlebook/lazy.py", BASE},
        ),
        (
            "from needlebook import _part",
            {BASE, INIT, OPS, ONE, TWO, "needlebook/native/part.cpp"},
        ),
        ("from importlib import import_module", set(PYTHON)),
        ("import subprocess", set(PYTHON)),
        ("here = __file__", set(PYTHON)),
        ("from tests import other", set(PYTHON)),
        ("open('needlebook/base.py')", set(PYTHON)),
        ("def test_x(m):\n    m.setattr('needlebook.base.zero', 1)", set(PYTHON)),
    ],
)
def test_a_test_sees_what_it_imports_and_what_that_imports(tmp_path, test, wanted):
    found = seen(tmp_path / "tree", test)
    # A line more makes a contents page one that does something of its own.
    through = {INIT, OPS} if "needlebook" in test else set()
    assert wanted | SHARED <= found <= wanted | SHARED | through


def test_a_package_that_does_more_than_pass_names_on_is_seen(tmp_path):
    test = "from needlebook.alone import x"
    told = [
        tree(tmp_path, test, **{INIT: f"import math\nmath.e = {n}\n"}) for n in (1, 2)
    ]
    assert told[0] != told[1]
    pages = [tree(tmp_path, test, **{INIT: f"from .ops import {n}\n"}) for n in "ab"]
    assert pages[0] == pages[1]


def test_the_chapter_counts_only_where_a_mark_names_it(tmp_path):
    until = "import math\n\n\n@pytest.mark.until('3b')\ndef test_x(): ...\n"
    in_3a, in_3b, in_4 = (tree(tmp_path, until, chapter=c) for c in ORDER)
    assert in_3a != in_3b == in_4
    named = {"pyproject.toml": '[tool.needlebook]\nchapter = "4"\n'}
    later = tree(tmp_path, "import math", chapter="4", **named)
    assert tree(tmp_path, "import math") == later


def test_what_was_compiled_and_the_map_of_places_do_not_count(tmp_path):
    before = tree(tmp_path, "import needlebook")
    beside = {"needlebook/_part.so": "x", ".literate-map.json": "{}"}
    assert tree(tmp_path, "import needlebook", **beside) == before


IMPORTS = [
    "from needlebook.{0} import {0}_value as value",
    "from needlebook import {0}_value as value",
    "from needlebook import {0}\nvalue = {0}.{0}_value",
    "import needlebook.{0}\nvalue = needlebook.{0}.{0}_value",
    "import needlebook as nb\nvalue = nb.{0}_value",
    "def f():\n    from needlebook import {0}\n    return {0}.{0}_value\nvalue = f()",
]
NAMES = "abcd"


@st.composite
def libraries(draw):
    """Modules that import each other in all ways, behind a page of contents."""
    files = {}
    stars = draw(st.sets(st.sampled_from(NAMES)))
    rows = [f"from .{n} import {'*' if n in stars else f'{n}_value'}" for n in NAMES]
    files[INIT] = "\n".join(rows) + "\n"
    for k, name in enumerate(NAMES):
        lines = []
        if k and draw(st.booleans()):
            other = draw(st.sampled_from(NAMES[:k]))
            lines += [f"from .{other} import {other}_value", f"more = {other}_value"]
        lines += [f"{name}_value = {10**k} + {'more' if lines else 0}"]
        files[f"needlebook/{name}.py"] = "\n".join(lines) + "\n"
    test = draw(st.sampled_from(IMPORTS)).format(draw(st.sampled_from(NAMES)))
    return files, test, draw(st.sampled_from(NAMES))


def value(folder, test):
    """What a test module would see, from the files of a folder."""
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        scope = {}
        exec(test, scope)
        return scope["value"]
    finally:
        sys.path.remove(str(folder))
        sys.dont_write_bytecode = before
        for name in [n for n in sys.modules if n.split(".")[0] == "needlebook"]:
            del sys.modules[name]


@given(libraries())
def test_where_a_value_changes_the_digest_changes(tmp_path_factory, library):
    files, test, changed = library
    known = {n: m for n, m in sys.modules.items() if n.split(".")[0] == "needlebook"}
    for name in known:
        del sys.modules[name]
    found = []
    try:
        for amount in ("= 5 + ", "= "):
            folder = tmp_path_factory.mktemp("tree")
            path = f"needlebook/{changed}.py"
            edited = files | {
                path: files[path].replace("_value = ", f"_value {amount}")
            }
            digest = tree(folder, test, **edited)
            found.append((value(folder, test), digest))
    finally:
        sys.modules.update(known)
    (first, one), (second, two) = found
    assert first == second or one != two


# The whole step, on a small book


TEST = """import pytest

from needlebook.{module} import {name}

pytestmark = pytest.mark.since("{chapter}")


def test_it():
    assert {name}({x}) == {y}
"""
CONTENTS = """
```{tangle} needlebook/__init__.py
:name: contents

from .second import third
```
"""


@pytest.fixture
def book(tmp_path):
    small = SmallBook(tmp_path)
    small.edit(
        "book/03a_first.md",
        "{tangle} needlebook/__init__.py",
        "{tangle} needlebook/first.py",
    )
    small.write("book/03b_second.md", small.read("book/03b_second.md") + CONTENTS)
    small.write("tests/conftest.py", (ROOT / "tests/conftest.py").read_text("utf-8"))
    half = TEST.format(module="first", name="half", chapter="3a", x=3, y=1.5)
    third = TEST.format(module="second", name="third", chapter="3b", x=3, y=1)
    small.write("tests/test_first.py", half)
    small.write("tests/test_second.py", third)
    return small


def test_a_tree_runs_only_the_tests_that_can_see_a_change(book):
    status, output = book.run("deep", "trees")
    assert status == 0, output
    assert "as of chapter 3a, 1 of 1 test modules" in output
    assert "as of chapter 3b, 1 of 2 test modules" in output
    assert output.count("1 passed") == 2
    status, output = book.run("deep", "trees", "--everything")
    assert status == 0 and "as of chapter 3b, 2 of 2 test modules" in output


def test_a_chapter_that_breaks_an_earlier_one_is_caught(book):
    wrong = "\n```{tangle} needlebook/first.py\n:name: worse\n:replaces: package\n\n"
    wrong += "def half(x):\n    return x / 3\n```\n"
    book.write("book/03b_second.md", book.read("book/03b_second.md") + wrong)
    status, output = book.run("deep", "trees")
    assert status == 1
    assert "as of chapter 3b, 2 of 2 test modules" in output
    assert output.rstrip().endswith("deep: failed: trees")
    assert "tests fail as of chapter 3b" in output


def test_a_library_that_does_not_import_is_caught_although_no_test_sees_it(book):
    book.edit(
        "book/03b_second.md", "from .second import third", "from .second import x"
    )
    (book.root / "tests/test_second.py").unlink()
    status, output = book.run("deep", "trees")
    assert status == 1
    assert "as of chapter 3b, 0 of 1 test modules" in output
    assert "cannot import name 'x'" in output
    assert "tests fail as of chapter 3b" in output


def test_a_book_without_tests_is_no_proof(book):
    for name in ("test_first.py", "test_second.py"):
        (book.root / "tests" / name).unlink()
    status, output = book.run("deep", "trees")
    assert status == 1 and "chapter 3a has no test" in output
