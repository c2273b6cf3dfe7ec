"""The state that both sides agreed on: kept by sync, or taken from the last commit."""

from __future__ import annotations

import subprocess

import pytest

from literate import LiterateError
from literate.sync import sync

A, B = "needlebook/a.py", "needlebook/b.cpp"


def git(desk, *args):
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@b.c", *args]
    subprocess.run(command, cwd=desk.root, check=True, capture_output=True)


@pytest.fixture
def clone(shelf):
    """A fresh clone: everything is committed, no sync has run."""
    shelf.write(".gitignore", ".literate/\n")
    git(shelf, "init", "-q")
    git(shelf, "add", ".")
    git(shelf, "commit", "-qm", "A book")
    for path in (shelf.root / ".literate").iterdir():
        path.unlink()
    return shelf


def test_in_a_fresh_clone_the_commit_is_the_agreed_state(clone):
    clone.replace(A, "return 2", "return 22")
    clone.replace(clone.page("_5"), "return 1", "return 10")
    clone.sync()
    assert "return 22" in clone.read(clone.page("_4")) and "return 10" in clone.read(A)
    clone.settled()


def test_an_edit_committed_without_sync_is_no_agreed_state(clone):
    clone.replace(A, "return 2", "return 22")
    git(clone, "commit", "-qam", "An edit of the code alone")
    message = clone.refused()
    assert f"{A}:1: text and code differ, and no earlier state is known" in message


def test_after_a_pull_both_new_sides_are_taken_as_they_are(clone):
    clone.sync()
    for path in (clone.page("_4"), A):
        clone.replace(path, "return 2", "return 22")
    git(clone, "commit", "-qam", "Pulled")
    clone.replace(A, "self.x = 1", "self.x = 11")
    clone.sync()
    assert "self.x = 11" in clone.read(clone.page("_3a"))
    clone.settled()


def test_a_new_block_that_both_sides_have_is_not_written_twice(clone):
    clone.sync()
    new = clone.block("a.py", "pulled", "def pulled(): ...", after="two")
    clone.replace(clone.page("_4"), "\nThe end.", f"\n{new}\n\nThe end.")
    clone.replace(A, "    return 2\n", "    return 2\n\n\ndef pulled(): ...\n")
    clone.replace(A, "self.x = 1", "self.x = 11")
    message = clone.refused()
    assert "the block 'pulled' is new, and needlebook/a.py has its lines" in message
    clone.replace(A, "self.x = 11", "self.x = 1")
    git(clone, "commit", "-qam", "Pulled")
    clone.replace(A, "self.x = 1", "self.x = 11")
    clone.sync()
    assert clone.read(A).count("def pulled") == 1
    clone.settled()


def test_a_page_not_written_yet_is_passed_over(shelf):
    toc = shelf.read("book/_toc.yml")
    shelf.write("book/_toc.yml", toc + "  - file: 06_later\n")
    assert shelf.sync() == []


def test_a_file_edited_while_sync_runs_is_not_overwritten(shelf, monkeypatch):
    from literate import journal

    shelf.replace(shelf.page("_4"), "return 2", "return 22")
    whole = journal.commit

    def late(*args):
        shelf.replace(A, "self.x = 1", "self.x = 11")
        whole(*args)

    monkeypatch.setattr(journal, "commit", late)
    with pytest.raises(LiterateError, match="changed while sync ran"):
        shelf.sync()
    monkeypatch.undo()
    assert "self.x = 11" in shelf.read(A)
    shelf.sync()
    assert "self.x = 11" in shelf.read(A) and "return 22" in shelf.read(A)
    shelf.settled()


def test_two_runs_at_a_time_wait_for_each_other(shelf):
    from literate.lock import locked

    with (
        locked(shelf.root),
        pytest.raises(LiterateError, match="another run holds the lock"),
        locked(shelf.root, patience=0.1),
    ):
        pass
    assert sync(shelf.root) == []
