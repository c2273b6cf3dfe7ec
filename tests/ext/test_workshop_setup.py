"""Set-up says in one sentence what a machine lacks."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workshop import setup

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine with git and nothing else on its path; links add to it."""

    def link(*names):
        for name in names:
            (tmp_path / name).symlink_to(shutil.which(name, path=before))

    before = os.environ["PATH"]
    link("git")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    return link


def test_a_compiler_is_asked_for(bare):
    with pytest.raises(
        setup.Missing, match=r"C\+\+17 compiler .* apt-get install g\+\+"
    ):
        setup.check_compiler()


def test_a_compiler_that_knows_no_cpp17_is_turned_down(bare, monkeypatch):
    bare("false")
    monkeypatch.setenv("CXX", "false")
    with pytest.raises(setup.Missing, match=r"false does not compile C\+\+17"):
        setup.check_compiler()


def test_git_is_asked_for(bare, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(setup.Missing, match="git is missing"):
        setup.check_tools()


@pytest.mark.parametrize("version", [(3, 10, 4), (3, 14, 0)])
def test_another_python_is_turned_down(monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(setup.Missing, match="Python 3.11 to 3.13 is wanted"):
        setup.check_tools()


def test_headers_are_asked_for(monkeypatch, tmp_path):
    monkeypatch.setattr(setup.sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(setup.Missing, match=r"Python\.h.* apt-get install python3-dev"):
        setup.check_tools()


def test_venv_is_asked_for(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(setup.Missing, match="apt-get install python3-venv"):
        setup.check_tools()


def test_what_is_missing_is_one_line_and_status_1(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert setup.setup() == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_make_without_python_is_one_sentence():
    command = ["make", "-s", "setup", "PYTHON=no-such-python"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert "no-such-python not found" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_lists_every_goal_with_a_line():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    goals = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True)
    listed = dict(re.findall(r"make ([a-z-]+) +(\S.*)", done.stdout))
    assert set(listed) == goals
    assert goals >= set(
        "book test test-deep setup serve check sync where asof doctor lint bench clean "
        "help".split()
    )


def test_the_lock_has_hashes_and_no_addresses():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^\S+==\S+", text, re.MULTILINE)
    assert len(pins) > 100
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text and "index" not in text.replace("referencing", "")
    assert not [pin for pin in pins if pin.startswith("torch")]
