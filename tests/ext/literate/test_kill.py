"""Killed at any moment, a sync loses nothing, and the next one goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from literate import journal
from literate.sync import sync

A, B = "needlebook/a.py", "needlebook/b.cpp"
ENGINE = Path(journal.__file__).parents[1]


class Killed(BaseException):
    """The end of a process, as far as a test can play it."""


def edit_everywhere(desk) -> None:
    """Edits on both sides, a new file, and a file that goes."""
    desk.replace(desk.page("_4"), "return 2", "return 22")
    desk.replace(A, "self.x = 1", "self.x = 11")
    desk.replace(A, "return 1\n", "return 10\n")
    for key in ("_3a", "_4"):
        text = desk.read(desk.page(key))
        desk.write(desk.page(key), text.replace("needlebook/b.cpp", "needlebook/c.cpp"))


def steps(monkeypatch, stop: int | None) -> list[str]:
    """Count every call that changes the disk, and die instead of the one at `stop`."""
    seen: list[str] = []

    def wrap(module, name):
        whole = getattr(module, name)

        def step(*args, **kwargs):
            if stop is not None and len(seen) == stop:
                raise Killed(f"{name} {args[0]}")
            seen.append(name)
            return whole(*args, **kwargs)

        monkeypatch.setattr(module, name, step)

    for name in ("replace", "fsync"):
        wrap(os, name)
    for name in ("unlink", "rmdir"):
        wrap(Path, name)
    return seen


def finished(desk) -> dict[str, bytes]:
    files = desk.everything()
    files.pop(".literate/base.json")
    return files


def test_a_kill_at_every_single_step_loses_nothing(new_desk, shelf, monkeypatch):
    edit_everywhere(shelf)
    start = shelf.everything()
    with monkeypatch.context() as patch:
        seen = steps(patch, None)
        shelf.sync()
    wanted = finished(shelf)
    assert {"replace", "fsync", "unlink"} <= set(seen)
    for stop in range(len(seen)):
        desk = new_desk()
        for path, data in start.items():
            desk.write(path, data.decode())
        with monkeypatch.context() as patch:
            steps(patch, stop)
            with pytest.raises(Killed):
                desk.sync()
        desk.sync()
        assert finished(desk) == wanted, f"killed before step {stop}, {seen[stop]}"
        assert desk.sync() == []


def test_half_written_temporary_files_are_never_taken_for_files(shelf, monkeypatch):
    """Power loss in mid-write: the old file is whole, the new one is not."""
    edit_everywhere(shelf)
    calls = []

    def torn(number):
        calls.append(number)
        if len(calls) == 3:
            os.truncate(number, 5)
            raise Killed("in the middle of a write")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", torn)
        with pytest.raises(Killed):
            shelf.sync()
    assert any(path.name.endswith("literate-new") for path in shelf.root.rglob("*"))
    shelf.sync()
    assert not any(path.name.endswith("literate-new") for path in shelf.root.rglob("*"))
    assert "return 22" in shelf.read(A) and "self.x = 11" in shelf.read(A)
    assert "self.x = 11" in shelf.read(shelf.page("_3a"))


def test_an_edit_made_after_a_kill_is_not_lost(shelf, monkeypatch):
    """The journal is not played over a file that someone edited since."""
    edit_everywhere(shelf)
    with monkeypatch.context() as patch:
        seen = steps(patch, None)
        copy = shelf.root.parent / "copy"
        shutil.copytree(shelf.root, copy)
        sync(copy)
    shutil.rmtree(copy)
    for stop in range(len(seen)):
        shutil.copytree(shelf.root, copy)
        with monkeypatch.context() as patch:
            steps(patch, stop)
            with pytest.raises(Killed):
                sync(copy)
        code = copy / A
        code.write_text(code.read_text("utf-8").replace("import math", "import cmath"))
        sync(copy)
        text = (copy / shelf.page("_3a")).read_text("utf-8")
        for line in ("import cmath", "self.x = 11"):
            assert line in text and line in code.read_text("utf-8"), stop
        assert "return 22" in code.read_text("utf-8")
        assert sync(copy) == []
        shutil.rmtree(copy)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_real_kill_between_two_renames_frees_the_lock_and_loses_nothing(shelf):
    edit_everywhere(shelf)
    code = f"""
        import os, signal, sys
        sys.path.insert(0, {str(ENGINE)!r})
        from literate.sync import sync
        whole, calls = os.replace, []

        def replace(*args):
            calls.append(args)
            if len(calls) == 3:
                os.kill(os.getpid(), signal.SIGKILL)
            whole(*args)

        os.replace = replace
        sync({str(shelf.root)!r})
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert (shelf.root / journal.JOURNAL).exists()
    assert shelf.sync()[0] == "finished a run that was cut short"
    assert "return 22" in shelf.read(A) and "return 10" in shelf.read(A)
    assert "return 10" in shelf.read(shelf.page("_5"))
    assert not (shelf.root / B).exists()
    assert shelf.sync() == []
