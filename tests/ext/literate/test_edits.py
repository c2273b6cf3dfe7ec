"""Where blocks go, and how the files read that they make."""

from __future__ import annotations

import subprocess
import sys

import pytest


def test_blocks_of_one_file_follow_each_other(desk):
    b = desk.block
    desk.book(_3a=b("a.py", "x", "x = 1") + "\n\n" + b("a.py", "y", "y = 2"))
    assert desk.code("a.py") == ["x = 1", "", "y = 2"]


def test_the_first_line_says_where_to_edit_in_the_comment_of_the_language(desk):
    b = desk.block
    names = ["a.py", "b.cu", "c.hpp", "native/CMakeLists.txt", "d.cmake"]
    desk.book(_3a="\n\n".join(b(name, f"n{name[0]}", "code") for name in names))
    files = desk.read_book().assemble().files
    first = {name: files[f"needlebook/{name}"].texts[0] for name in names}
    assert first["a.py"] == first["d.cmake"] == first["native/CMakeLists.txt"]
    assert first["a.py"] == desk.HEADER
    assert first["b.cu"] == first["c.hpp"] == "//" + desk.HEADER[1:]


def test_functions_and_classes_stand_two_lines_apart_and_members_one(shelf):
    assert shelf.code("a.py") == [
        '"""A."""',
        "",
        "import math",
        "import os",
        "",
        "",
        "def one():",
        "    return 1",
        "",
        "",
        "def two():",
        "    return 2",
        "",
        "",
        "class Box:",
        "    def __init__(self):",
        "        self.x = 1",
        "",
        "    def get(self):",
        "        return self.x",
    ]


def test_the_assembled_file_is_what_the_formatter_would_write(shelf):
    command = [sys.executable, "-m", "ruff", "format", "--diff", "needlebook/a.py"]
    done = subprocess.run(command, cwd=shelf.root, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_as_of_an_earlier_chapter_the_replaced_block_is_live(shelf):
    book = shelf.read_book()
    then = book.assemble("3a").files["needlebook/a.py"]
    assert "    return math.pi" in then.texts
    assert "import os" not in then.texts
    assert "    return math.pi" not in book.assemble().files["needlebook/a.py"].texts
    one, new = book.named["a-one"], book.named["a-one-new"]
    assert book.replaced_by(one) is new and book.replacements == {one: new}


def test_slots_of_cpp_are_filled_and_not_in_the_file(shelf):
    assert shelf.code("b.cpp") == [
        "#include <cmath>",
        "#include <vector>",
        "",
        "double one() {",
        "  return 1.0;",
        "}",
    ]


def test_functions_in_a_slot_of_cpp_stand_apart_and_lines_together(desk):
    b = desk.block
    desk.book(
        _3a="\n\n".join(
            [
                b("k.cu", "k", "namespace n {\n// <<kernels>>\n}  // namespace n"),
                b("k.cu", "k1", "void f() {\n  g();\n}", at="kernels"),
                b("k.cu", "k2", "void g() {\n  f();\n}", at="kernels"),
            ]
        )
    )
    assert desk.code("k.cu") == [
        "namespace n {",
        "void f() {",
        "  g();",
        "}",
        "",
        "void g() {",
        "  f();",
        "}",
        "}  // namespace n",
    ]


def test_cmake_slots_are_indented_as_the_slot_is(desk):
    b = desk.block
    desk.book(
        _3a="\n\n".join(
            [
                b("native/CMakeLists.txt", "c", "if(X)\n  # <<modules>>\nendif()"),
                b("native/CMakeLists.txt", "m", "add(one)\nadd(two)", at="modules"),
            ]
        )
    )
    lines = ["if(X)", "  add(one)", "  add(two)", "endif()"]
    assert desk.code("native/CMakeLists.txt") == lines


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ({"after": "f"}, "f new g"),
        ({"before": "f"}, "new f g"),
        ({"after": "block-g"}, "f g new"),
        ({"before": "block-g"}, "f new g"),
    ],
)
def test_a_block_stands_beside_a_definition_or_a_block(desk, option, expected):
    b = desk.block
    blocks = [b("a.py", f"block-{n}", f"def {n}(): ...") for n in "fg"]
    blocks.append(b("a.py", "block-new", "def new(): ...", **option))
    desk.book(_3a="\n\n".join(blocks))
    defs = [line.split()[1][:-3] for line in desk.code("a.py") if line]
    assert " ".join(defs) == expected


def test_members_are_placed_inside_their_class(desk):
    b = desk.block
    both = "class C:\n    def a(self): ...\n\n    def z(self): ..."
    desk.book(
        _3a="\n\n".join(
            [
                b("a.py", "c", both),
                b("a.py", "f", "def a(): ..."),
                b("a.py", "m", "@property\ndef b(self): ...", into="C", after="a"),
                b("a.py", "n", "x = 1", into="C", before="a"),
                b("a.py", "o", "def end(self): ...", into="C"),
            ]
        )
    )
    assert desk.code("a.py") == [
        "class C:",
        "    x = 1",
        "",
        "    def a(self): ...",
        "",
        "    @property",
        "    def b(self): ...",
        "",
        "    def z(self): ...",
        "",
        "    def end(self): ...",
        "",
        "",
        "def a(): ...",
    ]


def test_after_a_block_that_opens_a_class_means_after_the_whole_class(desk):
    b = desk.block
    desk.book(
        _3a="\n\n".join(
            [
                b("a.py", "c", "class C:\n    x = 1"),
                b("a.py", "m", "def m(self): ...", into="C"),
                b("a.py", "f", "def f(): ...", after="c"),
            ]
        )
    )
    inside = ["class C:", "    x = 1", "", "    def m(self): ..."]
    assert desk.code("a.py") == [*inside, "", "", "def f(): ..."]


def test_a_replaced_class_keeps_the_members_that_later_blocks_added(desk):
    b = desk.block
    old = b("a.py", "c", "class C:\n    x = 1\n    # <<more>>")
    member = b("a.py", "m", "def m(self): ...", into="C", after="x")
    line = b("a.py", "l", "y = 2", at="more")
    new = "class C:\n    x = 3\n\n    def k(self): ...\n\n    # <<more>>"
    desk.book(_3a=f"{old}\n\n{member}\n\n{line}", _4=b("a.py", "d", new, replaces="c"))
    assert desk.code("a.py") == [
        "class C:",
        "    x = 3",
        "",
        "    def m(self): ...",
        "",
        "    def k(self): ...",
        "",
        "    y = 2",
    ]


def test_code_that_is_not_python_is_still_extracted_and_placed(desk):
    b = desk.block
    desk.book(
        _3a="\n\n".join(
            [
                b("a.py", "c", "class C:\n    def broken(self:\n        x = = 1"),
                b("a.py", "m", "def m(self): ...", into="C"),
                b("a.py", "f", "def f(: ..."),
            ]
        )
    )
    lines = ["", "    def m(self): ...", "", "", "def f(: ..."]
    assert desk.code("a.py")[3:] == lines


def test_every_line_but_the_first_has_one_owner_and_where_names_its_place(shelf):
    book = shelf.read_book()
    tree = book.assemble()
    seen = 0
    for path, file in tree.files.items():
        assert file.lines[0].block is None
        for number, line in enumerate(file.lines[1:], 2):
            origin = tree.where(path, number)
            text = shelf.read(origin.path).split("\n")[origin.line - 1]
            assert origin.block is line.block
            if line.index >= 0:
                assert text.strip() == line.text.strip()
                seen += 1
            else:
                assert text.startswith("```{tangle}")
    written = sum(len(block.lines) for block in tree.live)
    assert seen == written - len(["<<imports>>", "<<includes>>"])


def test_spans_give_the_lines_of_a_block_in_its_file(shelf):
    book = shelf.read_book()
    tree = book.assemble()
    assert tree.spans(book.named["a-start"]) == [(2, 4)]
    assert tree.spans(book.named["a-get"]) == [(20, 21)]
    assert tree.spans(book.named["a-one"]) == []


def test_a_tree_can_be_cut_after_any_block(shelf):
    book = shelf.read_book()
    tree = book.assemble(book.named["a-one"])
    assert list(tree.files) == ["needlebook/a.py"]
    assert tree.files["needlebook/a.py"].texts[-1] == "    return math.pi"
