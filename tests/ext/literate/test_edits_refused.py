"""Blocks that have no place, and names that are there twice."""

from __future__ import annotations

import pytest

from literate import LiterateError


def problems(desk):
    with pytest.raises(LiterateError) as error:
        desk.read_book().assemble()
    return [str(problem) for problem in error.value.problems]


def test_a_replacement_that_drops_the_place_of_another_block_is_refused(desk):
    b = desk.block
    old = b("a.py", "c", "class C:\n    x = 1")
    member = b("a.py", "m", "def m(self): ...", into="C")
    desk.book(_3a=f"{old}\n\n{member}", _4=b("a.py", "d", "z = 1", replaces="c"))
    (problem,) = problems(desk)
    assert problem.startswith("book/04_page.md:3: replacing 'c' leaves no place for")
    assert "'m' of book/03a_page.md:10" in problem


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"into": "Tensor"}, "no 'Tensor' in needlebook/a.py so far"),
        ({"into": "f"}, ":into: f is not a class"),
        ({"into": "C", "after": "nope"}, "no 'nope' in C so far"),
        ({"after": "nope"}, "no 'nope' in needlebook/a.py so far"),
        ({"at": "imports"}, "no slot <<imports>> in needlebook/a.py so far"),
        ({"replaces": "nope"}, "no block 'nope' in needlebook/a.py so far"),
        ({"replaces": "later"}, "no block 'later' in needlebook/a.py so far"),
    ],
)
def test_an_unknown_place_is_refused_with_chapter_and_line(desk, option, message):
    b = desk.block
    blocks = [
        b("a.py", "s", "class C:\n    x = 1\n\n\ndef f(): ..."),
        b("a.py", "n", "def n(): ...", **option),
        b("a.py", "later", "z = 1"),
    ]
    desk.book(_3a="\n\n".join(blocks))
    first = problems(desk)[0]
    assert first.startswith(f"book/03a_page.md:13: {message}"), first


def test_a_block_that_was_replaced_is_not_live_any_more(desk):
    b = desk.block
    blocks = [
        b("a.py", "one", "x = 1"),
        b("a.py", "two", "x = 2", replaces="one"),
        b("a.py", "three", "x = 3", replaces="one"),
    ]
    desk.book(_3a="\n\n".join(blocks))
    (problem,) = problems(desk)
    place = "book/03a_page.md:16: 'one' is not live: 'two' of book/03a_page.md:9"
    assert problem.startswith(place)


@pytest.mark.parametrize(
    "code",
    [
        "def f(): ...",
        "class f: ...",
        "class D:\n    def m(self): ...\n\n    def m(self, x): ...",
    ],
)
def test_a_name_defined_twice_in_one_scope_is_refused(desk, code):
    b = desk.block
    desk.book(_3a=b("a.py", "s", "def f(): ...") + "\n\n" + b("a.py", "n", code))
    (problem,) = problems(desk)
    assert "is defined twice in needlebook/a.py" in problem
    assert problem.startswith("book/03a_page.md:1")


@pytest.mark.parametrize(
    "code",
    [
        "if x:\n    def f(): ...\nelse:\n    def f(): ...",
        "@overload\ndef f(x): ...\n\n\ndef f(x, y): ...",
        "class C:\n    @property\n    def p(self): ...\n\n    @p.setter\n"
        "    def p(self, x): ...",
        "@g.register(int)\ndef _(x): ...\n\n\n@g.register(float)\ndef _(x): ...",
    ],
)
def test_names_that_python_defines_twice_on_purpose_are_allowed(desk, code):
    desk.book(_3a=desk.block("a.py", "s", code))
    assert desk.code("a.py")[-1] == code.split("\n")[-1]
