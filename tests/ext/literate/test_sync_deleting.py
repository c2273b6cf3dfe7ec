"""Blocks and files that go, on either side, and files that no block writes."""

from __future__ import annotations

import pytest

A, B = "needlebook/a.py", "needlebook/b.cpp"


def test_a_block_deleted_in_the_text_leaves_the_code(shelf):
    page = shelf.page("_4")
    text = shelf.read(page)
    start = text.index("```{tangle} needlebook/a.py\n:name: a-two")
    end = text.index("```\n", start + 3) + 4
    shelf.write(page, text[:start] + text[end:])
    shelf.sync()
    assert "def two" not in shelf.read(A)
    shelf.settled()


def test_a_block_deleted_in_the_text_and_changed_in_the_code_stops(shelf):
    page = shelf.page("_5")
    shelf.write(page, "# Page\n")
    shelf.replace(A, "return 1\n", "return 111\n")
    message = shelf.refused()
    assert f"{A}:9: the block 'a-one-new' was changed here, and is gone" in message
    assert "it was at book/05_page.md:3" in message and "+    return 111" in message


def test_a_block_deleted_in_the_code_is_refused_with_both_places(shelf):
    shelf.replace(A, "def two():\n    return 2\n\n\n", "")
    message = shelf.refused()
    assert f"{A}:10: all lines of the block 'a-two' are gone from the code" in message
    assert "delete the block at book/04_page.md:22" in message


def test_a_block_deleted_on_both_sides_is_gone(shelf):
    test_a_block_deleted_in_the_text_leaves_the_code(shelf)
    shelf.replace(A, "import os\n", "import os, sys\n")
    shelf.sync()
    assert "def two" not in shelf.read(A) + shelf.read(shelf.page("_4"))


def test_half_of_a_block_deleted_in_the_code_goes_home(shelf):
    more = "    return 2\n\n\ndef three():\n    return 3\n"
    shelf.replace(shelf.page("_4"), "    return 2\n", more)
    shelf.sync()
    shelf.replace(A, "def three():\n    return 3\n\n\n", "")
    shelf.sync()
    assert "three" not in shelf.read(shelf.page("_4"))
    shelf.settled()


def move(desk, old, new):
    for key in ("_3a", "_4"):
        text = desk.read(desk.page(key))
        desk.write(
            desk.page(key), text.replace(f"needlebook/{old}", f"needlebook/{new}")
        )


def test_a_file_that_lost_all_its_blocks_is_deleted(shelf):
    move(shelf, "b.cpp", "c.cpp")
    assert shelf.sync() == [f"deleted {B}", "extracted needlebook/c.cpp"]
    assert not (shelf.root / B).exists()
    shelf.settled()


def test_a_file_that_lost_all_its_blocks_and_was_edited_stays(shelf):
    shelf.replace(B, "return 1.0;", "return 1.5;")
    for key in ("_3a", "_4"):
        text = shelf.read(shelf.page(key)).split("```{tangle} needlebook/b.cpp")[0]
        shelf.write(shelf.page(key), text)
    message = shelf.refused()
    assert "the block 'b-one' was changed here, and is gone from the text" in message


def test_an_edit_follows_its_block_into_another_file(shelf):
    shelf.replace(B, "return 1.0;", "return 1.5;")
    move(shelf, "b.cpp", "c.cpp")
    shelf.sync()
    assert "return 1.5;" in shelf.read("needlebook/c.cpp")
    shelf.settled()


def test_an_edit_follows_its_block_under_another_name(shelf):
    shelf.replace(shelf.page("_4"), ":name: a-two", ":name: a-deux")
    shelf.replace(A, "return 2", "return 22")
    shelf.sync()
    assert "return 22" in shelf.read(shelf.page("_4"))
    shelf.settled()


def test_a_deleted_file_is_written_again(shelf):
    text = shelf.read(A)
    (shelf.root / A).unlink()
    assert shelf.sync() == [f"extracted {A}"]
    assert shelf.read(A) == text


def test_a_file_that_nobody_owns_is_refused_with_the_way_out(shelf):
    shelf.write("needlebook/sub/own.py", "x = 1\n")
    message = shelf.refused()
    assert "needlebook/sub/own.py:1: no block of the book writes this file" in message
    assert "```{tangle} needlebook/sub/own.py" in message


NEED_NO_OWNER = "__pycache__/a.txt _ext/own.py .a.py.swp a.py~ n.so py.typed".split()


@pytest.mark.parametrize("name", NEED_NO_OWNER)
def test_files_that_are_no_text_of_the_library_need_no_owner(shelf, name):
    text = "" if name == "py.typed" else "\0ELF" if name == "n.so" else "text"
    shelf.write(f"needlebook/{name}", text)
    shelf.settled()
