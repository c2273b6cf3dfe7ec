"""Both sides are edited: what the table of the design says, and what other tools
lost."""

from __future__ import annotations

import os

import pytest

A, B = "needlebook/a.py", "needlebook/b.cpp"


def test_nothing_changed_nothing_written(shelf):
    shelf.settled()


def test_a_change_of_the_text_is_extracted(shelf):
    shelf.replace(shelf.page("_4"), "return 2", "return 22")
    assert shelf.sync() == [f"extracted {A}"]
    assert "    return 22\n" in shelf.read(A)
    shelf.settled()


def test_a_change_of_the_code_goes_home(shelf):
    page = shelf.read(shelf.page("_4"))
    shelf.replace(A, "return 2", "return 22")
    assert shelf.sync() == ["carried home into book/04_page.md"]
    assert shelf.read(shelf.page("_4")) == page.replace("return 2\n", "return 22\n")
    shelf.settled()


def test_changes_of_different_blocks_on_both_sides_merge(shelf):
    shelf.replace(shelf.page("_4"), "return 2", "return 22")
    shelf.replace(A, "self.x = 1", "self.x = 11")
    shelf.replace(B, "return 1.0;", "return 1.5;")
    shelf.sync()
    for word in ("return 22", "self.x = 11"):
        assert word in shelf.read(A)
    assert "self.x = 11" in shelf.read(shelf.page("_3a"))
    assert "return 1.5;" in shelf.read(shelf.page("_3a"))
    shelf.settled()


def test_the_same_block_changed_on_both_sides_stops_and_shows_both(shelf):
    shelf.replace(shelf.page("_4"), "return 2", "return 22")
    shelf.replace(A, "return 2", "return 33")
    shelf.replace(B, "return 1.0;", "return 1.5;")
    message = shelf.refused()
    assert "book/04_page.md:22: the block 'a-two' was changed here" in message
    assert "in the code, at needlebook/a.py:13" in message
    for line in ("-    return 2", "+    return 22", "+    return 33"):
        assert line in message


def test_the_same_change_on_both_sides_is_no_conflict(shelf):
    shelf.replace(shelf.page("_4"), "return 2", "return 22")
    shelf.replace(A, "return 2", "return 22")
    shelf.sync()
    shelf.settled()


# The failures seen in other tools, planted


def test_back_sync_never_overwrites_prose_that_moved_the_block(shelf):
    """Position in the page says nothing: the prose above grew since the last sync."""
    page = shelf.page("_4")
    shelf.replace(page, "# Page\n", "# Page\n\nA long new paragraph.\n\nAnother one.\n")
    shelf.replace(page, "# Page\n", "# Another title\n")
    wanted = shelf.read(page).replace("return 2\n", "return 22\n")
    shelf.replace(A, "return 2", "return 22")
    shelf.sync()
    assert shelf.read(page) == wanted
    shelf.settled()


def test_export_never_drops_an_edit_made_in_the_library(shelf):
    """The text changed as well, so the file is written anew: the edit is in it."""
    shelf.replace(A, "self.x = 1", "self.x = 1  # kept")
    shelf.replace(shelf.page("_5"), "return 1", "return 10")
    shelf.sync()
    assert "self.x = 1  # kept" in shelf.read(A)
    assert "return 10" in shelf.read(A)
    shelf.settled()


def test_new_lines_outside_of_every_block_are_never_deleted(shelf):
    """Lines between blocks and at the end have no markers around them; they stay."""
    shelf.replace(A, "\n\nclass Box", "\n\ndef between():\n    pass\n\n\nclass Box")
    shelf.write(A, shelf.read(A) + "\n    def last(self):\n        return 9\n")
    shelf.sync()
    assert "def between():" in shelf.read(A) and "def last(self):" in shelf.read(A)
    assert "def between():" in shelf.read(shelf.page("_4"))
    assert "\ndef last(self):\n    return 9\n" in shelf.read(shelf.page("_4"))
    shelf.settled()


def test_a_refusal_is_an_error_of_the_command(shelf, capsys):
    """Not a message with exit status 0."""
    from types import SimpleNamespace

    from literate import commands

    shelf.replace(shelf.page("_4"), "return 2", "return 22")
    shelf.replace(A, "return 2", "return 33")
    assert commands.sync(SimpleNamespace(root=shelf.root)) == 1
    assert "a-two" in capsys.readouterr().err


@pytest.mark.parametrize("stale", ["text", "code"])
def test_modification_times_decide_nothing(shelf, stale):
    """The side that changed is the older file; the change is taken all the same."""
    page = shelf.page("_4")
    changed, other = (page, A) if stale == "text" else (A, page)
    shelf.replace(changed, "return 2", "return 22")
    os.utime(shelf.root / changed, (1, 1))
    os.utime(shelf.root / other)
    shelf.sync()
    assert "return 22" in shelf.read(page) and "return 22" in shelf.read(A)


def test_extraction_never_overwrites_a_file_that_no_sync_has_seen(desk):
    desk.book(_3a=desk.block("a.py", "x", "x = 1"))
    desk.write(A, "my own work\n")
    message = desk.refused()
    assert f"{A}:1: text and code differ, and no earlier state is known" in message
    assert "+my own work" in message


# Trust, but verify


FAULTS = {
    "drops a line": "the edit does not come back",
    "adds a line": "the edit does not come back",
    "takes another block": "with the code's edits: two is defined twice",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_engine_is_caught_before_a_byte_is_written(
    shelf, monkeypatch, fault
):
    from literate import merge

    whole = merge.carry

    def faulty(file, blocks, code):
        versions = whole(file, blocks, code)
        (block, version), *_ = versions.items()
        if fault == "drops a line":
            return {block: version._replace(lines=version.lines[:-1])}
        if fault == "adds a line":
            return {block: version._replace(lines=[*version.lines, "    pass"])}
        other = next(b for b in blocks if b.name == "a-class")
        return {other: version}

    monkeypatch.setattr(merge, "carry", faulty)
    shelf.replace("needlebook/a.py", "return 2", "return 22")
    assert FAULTS[fault] in shelf.refused()
