"""Which block an edit of the code goes home to, or why it cannot."""

from __future__ import annotations

import pytest

A, B = "needlebook/a.py", "needlebook/b.cpp"


@pytest.mark.parametrize(
    ("old", "new", "home"),
    [
        ("import os\n", "import os\nimport sys\n", "_4"),
        ("import math\n", "import cmath\nimport math\n", "_3a"),
        ('"""A."""\n', '"""A."""\n\nimport ast\n', "_3a"),
        ('"""A."""\n', '"""A longer\n\ntext."""\n', "_3a"),
        ("def two", "# a title\ndef two", "_4"),
        ("        self.x = 1\n", "        self.x = 1\n        self.y = 2\n", "_3a"),
        ("    def get", "    def put(self): ...\n\n    def get", "_3a"),
        ("\n\nclass Box", "\n\n@decorated\nclass Box", "_3a"),
        ("class Box:", "class Box(Base):\n    '''Doc.'''\n", "_3a"),
        ("def one():\n    return 1\n", "def one():\n    x = 1\n\n    return x\n", "_5"),
    ],
)
def test_lines_at_the_border_of_a_block_find_a_home(shelf, old, new, home):
    shelf.replace(A, old, new)
    before = shelf.everything()
    shelf.sync()
    after = shelf.everything()
    changed = {path for path in after if after[path] != before[path]}
    assert changed - {".literate/base.json"} == {shelf.page(home)}
    shelf.settled()


def test_an_edit_across_two_blocks_goes_home_line_by_line(shelf):
    text = shelf.read(A)
    old = "    return 2\n\n\nclass Box:\n"
    new = "    return 22\n\n\nclass Box(Base):\n"
    shelf.write(A, text.replace(old, new))
    shelf.sync()
    assert shelf.read(A) == text.replace(old, new)
    assert "    return 22\n```" in shelf.read(shelf.page("_4"))
    assert "\nclass Box(Base):\n" in shelf.read(shelf.page("_3a"))
    shelf.settled()


def test_an_edit_across_two_blocks_is_cut_at_the_blank_lines_between_them(shelf):
    old = "    return 2\n\n\nclass Box:\n    def __init__(self):\n"
    new = "    x = 1\n    return x\n\n\nclass Box(B):\n    y = 3\n\n"
    new += "    def __init__(me):\n"
    shelf.replace(A, old, new)
    shelf.sync()
    assert "def two():\n    x = 1\n    return x\n```" in shelf.read(shelf.page("_4"))
    assert "\nclass Box(B):\n    y = 3\n\n" in shelf.read(shelf.page("_3a"))
    shelf.settled()


def test_an_edit_across_two_blocks_without_a_border_is_refused(shelf):
    old = "    return 2\n\n\nclass Box:\n"
    shelf.replace(A, old, "    pass\nx = 1\ny = 2\nz: C = 3\n")
    message = shelf.refused()
    assert "needlebook/a.py:13: one edit across two blocks, 'a-two' (book/04" in message
    assert "make it in the chapter" in message


def test_a_function_moved_from_one_block_to_another_arrives(desk):
    """Each half of the move alone would define the function twice, or lose it."""
    b = desk.block
    code = "def f():\n    return 1\n\n\ndef g():\n    return 2"
    h = "def h():\n    x = 1\n    y = 2\n    return x + y"
    desk.book(_3a=b("a.py", "fg", code) + "\n\n" + b("a.py", "h", h))
    desk.sync()
    g = "def g():\n    return 2\n\n\n"
    desk.replace(A, g, "")
    desk.write(A, desk.read(A) + "\n\n" + g.rstrip() + "\n")
    desk.sync()
    assert f"{h}\n\n\n{g.rstrip()}\n```" in desk.read(desk.page("_3a"))
    desk.settled()


def test_a_renamed_function_goes_home_although_another_block_stands_after_it(shelf):
    """Placing `:after: one` fails once `one` is gone: refused, with the reason."""
    shelf.replace(A, "def one():", "def uno():")
    message = shelf.refused()
    assert "no 'one' in needlebook/a.py so far" in message


def test_new_lines_with_other_blanks_around_them_are_refused_with_what_to_do(shelf):
    shelf.replace(A, "    return 2\n\n\n", "    return 2\n\n# a word\n\n\n\n")
    message = shelf.refused()
    assert (
        "needlebook/a.py:14: this edit fits into no block; around it: 'a-two'"
        in message
    )
    assert "set the blank lines between the blocks as marked: + to add" in message
