"""Line ends, final newlines, encodings, blank lines: to the byte."""

from __future__ import annotations

import pytest

A, B = "needlebook/a.py", "needlebook/b.cpp"


def test_a_chapter_with_crlf_keeps_every_line_end(shelf):
    page = shelf.page("_4")
    shelf.write(page, shelf.read(page).replace("\n", "\r\n"))
    settled_text = shelf.read(page)
    shelf.replace(A, "return 2", "return 22\n    # more")
    shelf.sync()
    wanted = settled_text.replace("return 2\r\n", "return 22\r\n    # more\r\n")
    assert shelf.read(page) == wanted
    assert "\r" not in shelf.read(A)
    shelf.settled()


def test_a_code_file_with_crlf_is_carried_home_and_stays_crlf(shelf):
    shelf.write(A, shelf.read(A).replace("\n", "\r\n"))
    assert shelf.sync() == []
    shelf.replace(A, "return 2\r", "return 22\r")
    shelf.sync()
    assert "return 22\n" in shelf.read(shelf.page("_4"))
    assert shelf.read(A).count("\r\n") == shelf.read(A).count("\n")
    assert shelf.sync() == []


def test_mixed_line_ends_in_code_are_refused_with_the_line(shelf):
    shelf.replace(A, "import math\n", "import math\r\n")
    assert f"{A}:1: lines end in different ways" in shelf.refused()


def test_a_missing_final_newline_is_put_back(shelf):
    shelf.write(A, shelf.read(A).rstrip("\n"))
    assert shelf.sync() == [f"extracted {A}"]
    shelf.settled()


def test_an_edit_in_a_last_line_without_newline_goes_home(shelf):
    shelf.write(A, shelf.read(A).rstrip("\n") + "  # end")
    shelf.sync()
    assert "return self.x  # end\n" in shelf.read(shelf.page("_4"))
    shelf.settled()


def test_a_chapter_without_final_newline_keeps_its_last_byte(desk):
    desk.book(_3a="")
    text = "# Page\n\n" + desk.block("a.py", "x", "x = 1")
    desk.write(desk.page("_3a"), text)
    desk.sync()
    desk.replace(A, "x = 1", "x = 2")
    desk.sync()
    assert desk.read(desk.page("_3a")) == text.replace("x = 1", "x = 2")
    desk.settled()


@pytest.mark.parametrize("text", ["naïve", "中文", "🧵", "a\u2028b", "x\x0cy"])
def test_text_outside_of_ascii_goes_both_ways(shelf, text):
    shelf.replace(A, "return 2", f'return "{text}"')
    shelf.sync()
    assert f'return "{text}"\n' in shelf.read(shelf.page("_4"))
    shelf.replace(shelf.page("_4"), f'"{text}"', f'"{text}{text}"')
    shelf.sync()
    assert f'return "{text}{text}"\n' in shelf.read(A)
    assert "naïve and 中文" in shelf.read(shelf.page("_3a"))
    shelf.settled()


def test_bytes_that_are_no_utf8_are_refused_with_the_line(shelf):
    (shelf.root / A).write_bytes(shelf.read(A).encode() + b"x = '\xe9'\n")
    assert f"{A}:22: not UTF-8: byte 0xe9" in shelf.refused()
    shelf.write(A, "")
    (shelf.root / shelf.page("_5")).write_bytes(b"# Page\n\n\xff\n")
    assert "book/05_page.md:3: not UTF-8: byte 0xff" in shelf.refused()


@pytest.mark.parametrize("key", ["_4", "code"])
def test_a_merge_conflict_marker_is_refused_with_the_line(shelf, key):
    path = A if key == "code" else shelf.page(key)
    marker = "<<<<<<< HEAD\n    return 2\n=======\n    return 3\n>>>>>>> topic\n"
    shelf.replace(path, "    return 2\n", marker)
    line = shelf.read(path).split("\n").index("<<<<<<< HEAD") + 1
    message = shelf.refused()
    assert f"{path}:{line}: a merge conflict is not resolved: <<<<<<< HEAD" in message
    assert "delete the marker lines" in message


@pytest.mark.parametrize("first", ["# My own first line", "", "\ufeff# Extracted"])
def test_an_edit_of_the_first_line_is_refused(shelf, first):
    shelf.write(A, shelf.read(A).replace(shelf.HEADER, first, 1))
    message = shelf.refused()
    assert f"{A}:1: the first line was changed" in message
    assert shelf.HEADER in message


@pytest.mark.parametrize("blanks", [0, 1, 3, 5])
def test_other_blank_lines_between_blocks_are_refused_with_their_number(shelf, blanks):
    end = "    return 1\n"
    shelf.replace(A, f"{end}\n\n", end + "\n" * blanks)
    message = shelf.refused()
    assert "the tool sets the blank lines between two blocks" in message
    assert "put back the 2 of them, here between 'a-one-new' (book/05" in message


def test_blank_lines_at_the_end_are_refused_with_the_way_out(shelf):
    shelf.write(A, shelf.read(A) + "\n\n")
    message = shelf.refused()
    assert "take these out again, here beside '" in message


def test_blank_lines_inside_a_block_go_home(shelf):
    shelf.replace(A, "def two():\n", "def two():\n\n")
    shelf.sync()
    assert "def two():\n\n    return 2\n" in shelf.read(shelf.page("_4"))
    shelf.settled()


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("return 2\n```\n", "book/04_page.md:"),
        ("return '\t'\n", "a tab in the code"),
        ("return 2\n    # <<slot>>\n", "fits into no block"),
    ],
)
def test_code_that_a_block_cannot_hold_is_refused(shelf, new, reason):
    shelf.replace(A, "return 2\n", new)
    assert reason in shelf.refused()


def test_code_too_far_left_for_its_block_is_refused(shelf):
    shelf.write(A, shelf.read(A) + "\n\ndef last():\n    return 9\n")
    message = shelf.refused()
    assert f"{A}:22: this edit fits into no block; around it: 'a-get'" in message
    assert "'def last():' is further left than 'a-get'" in message
    assert "as a block of its own" in message


def test_slots_stay_where_they_are_when_the_lines_around_them_change(shelf):
    shelf.replace(A, "import math\n", "import cmath\nimport json\n")
    shelf.sync()
    page = shelf.read(shelf.page("_3a"))
    assert "import cmath\nimport json\n# <<imports>>\n" in page
    shelf.settled()
