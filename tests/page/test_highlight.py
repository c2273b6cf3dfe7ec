"""Colour, line by line, from a lexer that saw the whole file."""

import re

from page.highlight import highlight_lines, lexer_for

CODE = '"""A docstring\nclass Wrong: "quoted\n"""\nclass Right:\n    x = "<b>"\n'


def test_there_is_one_string_per_line():
    assert len(highlight_lines("a.py", CODE)) == len(CODE.split("\n"))


def test_a_line_inside_a_docstring_is_coloured_as_one():
    lines = highlight_lines("a.py", CODE)
    assert lines[1] == '<span class="sd">class Wrong: "quoted</span>'
    assert '<span class="k">class</span>' in lines[3]


def test_every_line_closes_what_it_opens():
    for line in highlight_lines("a.py", CODE):
        assert line.count("<span") == line.count("</span>")


def test_markup_in_code_is_escaped_and_no_character_is_lost():
    lines = highlight_lines("a.py", CODE)
    assert "<b>" not in "".join(lines)
    text = "\n".join(re.sub(r"<[^>]*>", "", line) for line in lines)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert text == CODE


def test_comments_of_several_lines_in_cpp():
    lines = highlight_lines("a.cpp", "/* one\n   two */\nint x;")
    assert lines[1].startswith('<span class="cm">')


def test_the_language_follows_from_the_name():
    names = {
        "a.py": "Python",
        "a.cpp": "C++",
        "a.cu": "CUDA",
        "CMakeLists.txt": "CMake",
        "a.unheard": "Text only",
    }
    assert {path: lexer_for(path).name for path in names} == names
