"""The commands: what they print, their exit status, and what they do without."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import literate
from literate import commands

ENGINE = Path(literate.__file__).parent
MODULES = sorted(ENGINE.glob("*.py"))


def call(name, desk, **arguments) -> int:
    return getattr(commands, name)(SimpleNamespace(root=desk.root, **arguments))


def test_where_prints_page_line_and_block(shelf, capsys):
    assert call("where", shelf, at="needlebook/a.py:13") == 0
    line = shelf.read(shelf.page("_4")).split("\n").index("    return 2") + 1
    assert capsys.readouterr().out == f"book/04_page.md:{line}, a-two\n"


@pytest.mark.parametrize("form", ["{}/needlebook/a.py:13", "needlebook/a.py:13:5"])
def test_where_takes_places_as_compilers_and_editors_write_them(shelf, capsys, form):
    assert call("where", shelf, at=form.format(shelf.root)) == 0
    assert "a-two" in capsys.readouterr().out


def test_where_says_when_the_file_is_not_what_the_book_says(shelf, capsys):
    shelf.replace("needlebook/a.py", "import os\n", "import os\nimport sys\n")
    assert call("where", shelf, at="needlebook/a.py:13") == 0
    assert "needlebook/a.py is not what the book says" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ("needlebook/a.py", "not a place"),
        ("needlebook/a.py:999", "needlebook/a.py has 21 lines, not 999"),
        ("needlebook/nope.py:3", "no chapter writes this file"),
    ],
)
def test_where_refuses_what_is_no_line_of_the_library(shelf, capsys, at, message):
    assert call("where", shelf, at=at) == 1
    assert message in capsys.readouterr().err


def test_check_counts_its_problems_and_fails(shelf, capsys):
    shelf.write("book/ledger.yml", "done: []\nitems: {}\n")
    assert call("check", shelf) == 0
    shelf.replace("needlebook/a.py", "return 2", "return 3")
    assert call("check", shelf) == 1
    error = capsys.readouterr().err
    assert "+    return 3" in error and error.endswith("check: 1 problem\n")


def test_asof_writes_below_build_where_no_folder_is_named(shelf, capsys):
    assert call("asof", shelf, chapter="4", out=None) == 0
    assert (shelf.root / "build/asof/4/needlebook/a.py").exists()
    assert call("asof", shelf, chapter="99", out=None) == 1


def test_sync_says_what_it_did(shelf, capsys):
    shelf.replace(shelf.page("_4"), "return 2", "return 22")
    assert call("sync", shelf) == 0
    assert capsys.readouterr().out == "extracted needlebook/a.py\n"


def test_the_engine_works_while_the_library_does_not_import(shelf):
    """Even a library that would end the process when it is imported."""
    page = shelf.page("_3a")
    start = shelf.block("__init__.py", "init", "raise SystemExit(99)\nx = = 1")
    shelf.replace(page, "# Page\n", f"# Page\n\n{start}\n")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from types import SimpleNamespace as N; from literate import commands as c;"
        "a = N(root=sys.argv[2], at='needlebook/a.py:13', chapter='5', out=None);"
        "r = [c.sync(a), c.where(a), c.asof(a), c.check(a)];"
        "assert 'needlebook' not in sys.modules and 'sphinx' not in sys.modules;"
        "print(r)"
    )
    command = [sys.executable, "-c", code, str(ENGINE.parent), str(shelf.root)]
    done = subprocess.run(command, cwd=shelf.root, capture_output=True, text=True)
    assert done.stdout.split("\n")[-2] == "[0, 0, 0, 1]", done.stderr
    assert "not Python: invalid syntax" in done.stderr


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_module_of_the_engine_imports_the_library_or_sphinx(module):
    names = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module.split(".")[0])
    assert names <= set(sys.stdlib_module_names) | {"yaml"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_module_is_one_idea_of_at_most_300_lines(module):
    text = module.read_text("utf-8")
    assert len(text.split("\n")) <= 301
    assert ast.get_docstring(ast.parse(text))
