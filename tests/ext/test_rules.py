"""The rules of the suite: which tests a tree collects, skips that fail, places."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE = """
import pytest
pytestmark = {mark}
{head}
def test_it():
    {body}
"""


@pytest.fixture
def suite(tmp_path):
    """Writes test modules beside a copy of conftest.py and runs pytest on them."""

    def run(modules, *words, chapter=None, **environment):
        text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        if chapter:
            text += f'\n[tool.needlebook]\nchapter = "{chapter}"\n'
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        (tmp_path / "tests").mkdir(exist_ok=True)
        rules = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
        (tmp_path / "tests" / "conftest.py").write_text(rules, encoding="utf-8")
        for name, (mark, body, *head) in modules.items():
            code = MODULE.format(mark=mark, body=body, head="".join(head))
            (tmp_path / "tests" / f"test_{name}.py").write_text(code, encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-v",
            "-p",
            "no:cacheprovider",
            *words,
        ]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={"PATH": "", "LANG": "C.UTF-8", **environment},
        )
        return done.returncode, done.stdout

    return run


def passed(output):
    rows = output.splitlines()
    return {row.split("test_")[1].split(".py")[0] for row in rows if " PASSED" in row}


def since(chapter):
    return f'pytest.mark.since("{chapter}")'


def test_a_tree_collects_the_tests_of_its_chapters(suite):
    modules = {
        "early": (since("3a"), "pass"),
        "now": (since("4"), "pass"),
        "later": (since("10"), "pass", "import not_written_yet\n"),
        "ended": (f'[{since("3a")}, pytest.mark.until("4")]', "pass"),
        "ends": (f'[{since("3a")}, pytest.mark.until("5")]', "pass"),
        "engine": ("[]", "pass"),
    }
    status, output = suite(modules, chapter="4")
    assert status == 0, output
    assert passed(output) == {"early", "now", "ends"}


def test_what_reads_stored_figures_is_left_out_of_a_tree_and_never_of_the_book(suite):
    stored = f'[{since("3a")}, pytest.mark.stored("*-race.csv")]'
    modules = {"stored": (stored, "assert False"), "plain": (since("3a"), "pass")}
    status, output = suite(modules, chapter="4")
    assert status == 0 and passed(output) == {"plain"}, output
    assert suite(modules)[0] == 1


def test_the_finished_library_has_all_but_those_that_ended(suite, tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "03b_two.md").touch()
    (tmp_path / "book" / "05_three.md").touch()
    modules = {
        "early": (since("3a"), "pass"),
        "ended": (f'[{since("3a")}, pytest.mark.until("5")]', "pass"),
        "ends": (f'[{since("3a")}, pytest.mark.until("6")]', "pass"),
        "engine": ("[]", "pass"),
    }
    status, output = suite(modules)
    assert passed(output) == {"early", "ends", "engine"}


def test_deep_and_browser_tests_wait_for_the_option(suite):
    modules = {
        "deep": ("pytest.mark.deep", "pass"),
        "browser": ("pytest.mark.browser", "pass"),
        "quick": ("[]", "pass"),
    }
    assert passed(suite(modules)[1]) == {"quick"}
    assert passed(suite(modules, "--deep")[1]) == {"quick", "deep", "browser"}


def test_a_test_of_one_mode_is_left_out_in_the_other(suite):
    modules = {
        "double": ("[pytest.mark.since('5'), pytest.mark.np]", "pass"),
        "single": ("[pytest.mark.since('5'), pytest.mark.nd]", "pass"),
        "either": (since("5"), "pass"),
    }
    assert passed(suite(modules)[1]) == {"single", "either"}
    for mode, found in (("np", "double"), ("nd", "single")):
        output = suite(modules, NEEDLEBOOK_BACKEND=mode)[1]
        assert passed(output) == {found, "either"}
    assert passed(suite(modules, chapter="10")[1]) == {"double", "either"}


def test_trees_from_chapter_11_on_run_in_both_modes():
    from workshop.deep import by_mode

    order, modules = ["5", "10", "11"], ["tests/test_a.py", "tests/manual/test_b.py"]
    assert by_mode("10", order, modules) == [(modules, "np")]
    assert by_mode("11", order, modules) == [(modules, "nd"), (modules[:1], "np")]


def test_hypothesis_is_small_and_repeatable_but_for_the_option(suite):
    body = "from hypothesis import settings; print(settings().max_examples)"
    small = suite({"size": ("[]", body)}, "-s")[1]
    full = suite({"size": ("[]", body)}, "-s", "--deep")[1]
    assert "25" in small
    assert "400" in full


def test_skips_fail_on_demand_but_for_a_missing_gpu(suite):
    modules = {
        "torch": ("[]", 'pytest.importorskip("not_installed")'),
        "gpu": ("[]", 'pytest.skip("no GPU on this machine")'),
    }
    assert suite(modules)[0] == 0
    status, output = suite(modules, NEEDLEBOOK_NO_SKIPS="1")
    assert status == 1
    assert "test_torch.py::test_it FAILED" in output
    assert "test_gpu.py::test_it SKIPPED" in output


def test_a_module_that_skips_itself_fails_on_demand(suite):
    modules = {"it": ("[]", "pass", 'pytest.importorskip("neither_this")\n')}
    assert "1 skipped" in suite(modules)[1]
    status, output = suite(modules, NEEDLEBOOK_NO_SKIPS="1")
    assert status != 0
    assert "test_it.py skipped itself" in output


def test_an_expected_failure_is_no_skip(suite):
    mark = 'pytest.mark.xfail(reason="known", strict=True)'
    status, output = suite({"known": (mark, "assert 0")}, NEEDLEBOOK_NO_SKIPS="1")
    assert status == 0, output


def test_a_failure_names_the_place_in_the_book(suite, tmp_path):
    (tmp_path / "needlebook").mkdir()
    code = "def fail():\n    raise ValueError\n"
    (tmp_path / "needlebook" / "__init__.py").write_text(code, encoding="utf-8")
    described = (
        '{"files": {"needlebook/__init__.py": [[1, 2, "book/04_x.md", 70, "b"]]}}'
    )
    (tmp_path / ".literate-map.json").write_text(described, encoding="utf-8")
    body = "import needlebook; needlebook.fail()"
    status, output = suite({"it": (since("4"), body)}, chapter="4")
    assert "needlebook/__init__.py:2  book/04_x.md:71 (b)" in output


def test_an_unknown_chapter_is_refused(suite):
    status, output = suite({"it": (since("7b"), "pass")}, chapter="5")
    assert status != 0
