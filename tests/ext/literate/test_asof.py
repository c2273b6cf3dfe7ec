"""The tree of a chapter: its library, its tests, ready to install."""

from __future__ import annotations

import json
import tomllib

import pytest

from literate import LiterateError
from literate.asof import markers, with_chapter
from literate.trace import annotate

SINCE = 'import pytest\n\npytestmark = pytest.mark.since("{}")\n'


@pytest.fixture
def tested(shelf):
    """The small book with tests of several chapters."""
    for chapter in ("3a", "4", "5", "12"):
        shelf.write(f"tests/lib/test_ch{chapter}.py", SINCE.format(chapter))
    ended = 'pytestmark = [pytest.mark.since("3a"), pytest.mark.until("4")]\n'
    shelf.write("tests/test_ended.py", f"import pytest\n\n{ended}")
    shelf.write("tests/test_unmarked.py", "def test_x(): ...\n")
    shelf.write("tests/ext/test_engine.py", SINCE.format("3a"))
    shelf.write("tests/page/test_page.py", SINCE.format("3a"))
    shelf.write("tests/conftest.py", "# shared\n")
    shelf.write("tests/data/points.csv", "1,2\n")
    shelf.write("CMakeLists.txt", "project(small)\n")
    return shelf


def written(desk, chapter):
    out = desk.root / "build" / "asof" / chapter
    desk.read_book().asof(chapter, out)
    files = [p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()]
    return out, sorted(files)


PROJECT = ["CMakeLists.txt", "LICENSE", "README.md", "pyproject.toml"]


def test_the_tree_holds_the_library_the_project_files_and_the_tests_so_far(tested):
    _, files = written(tested, "4")
    assert files == sorted(
        [
            ".literate-map.json",
            *PROJECT,
            "needlebook/a.py",
            "needlebook/b.cpp",
            "tests/conftest.py",
            "tests/data/points.csv",
            "tests/lib/test_ch3a.py",
            "tests/lib/test_ch4.py",
        ]
    )


def test_a_test_holds_until_the_chapter_that_takes_it_back(tested):
    assert "tests/test_ended.py" in written(tested, "3a")[1]
    assert "tests/test_ended.py" not in written(tested, "4")[1]


def test_the_library_is_that_of_the_chapter_whatever_the_files_say(tested):
    tested.write("needlebook/a.py", "edited\n")
    out, _ = written(tested, "4")
    tree = tested.read_book().assemble("4")
    assert (out / "needlebook/a.py").read_text("utf-8") == tree.files[
        "needlebook/a.py"
    ].text


def test_the_project_names_its_chapter(tested):
    out, _ = written(tested, "3a")
    content = tomllib.loads((out / "pyproject.toml").read_text("utf-8"))
    assert content["tool"]["needlebook"] == {"chapter": "3a"}
    assert content["project"]["name"] == "small"


@pytest.mark.parametrize(
    "table", ["", '[tool.needlebook]\nchapter = "9"\nx = 1\n\n[tool.b]\ny = 2\n']
)
def test_the_chapter_is_set_in_a_table_that_is_there_already(table):
    content = tomllib.loads(with_chapter(f'[project]\nname = "n"\n{table}', "3b"))
    assert content["tool"]["needlebook"]["chapter"] == "3b"
    assert (
        not table or content["tool"]["needlebook"]["x"] == content["tool"]["b"]["y"] - 1
    )


def test_a_second_run_touches_nothing_and_keeps_what_was_built(tested):
    out, files = written(tested, "5")
    (out / "needlebook/native.so").write_bytes(b"\0")
    before = {path: (out / path).stat().st_mtime_ns for path in files if path[0] != "."}
    _, again = written(tested, "5")
    assert {path: (out / path).stat().st_mtime_ns for path in before} == before
    assert set(again) - set(files) == {"needlebook/native.so"}


def test_a_file_that_left_the_book_leaves_the_tree(tested):
    out, _ = written(tested, "5")
    for key in ("_3a", "_4"):
        text = tested.read(tested.page(key))
        tested.write(
            tested.page(key), text.replace("needlebook/b.cpp", "needlebook/c.cu")
        )
    _, files = written(tested, "5")
    assert "needlebook/c.cu" in files and "needlebook/b.cpp" not in files


def test_a_folder_with_other_content_is_refused_and_left_alone(tested):
    tested.write("build/asof/5/mine.txt", "mine")
    with pytest.raises(LiterateError, match="holds something else"):
        written(tested, "5")
    assert [p.name for p in (tested.root / "build/asof/5").iterdir()] == ["mine.txt"]


def test_an_unknown_chapter_is_refused_with_those_there_are(tested):
    with pytest.raises(LiterateError, match="chapters: 3a, 4, 5"):
        written(tested, "7")


def test_markers_are_read_from_the_text_alone():
    text = (
        'raise SystemExit\npytestmark = [mark.since("3a"), mark.until("9"), mark.slow]'
    )
    assert markers(text, "t.py") == (["3a"], ["9"])
    assert markers('x = mark.since("3a")', "t.py") == ([], [])


# Places in messages


@pytest.fixture
def tree(tested):
    return written(tested, "5")[0]


@pytest.mark.parametrize(
    "line",
    [
        '  File "/somewhere/needlebook/a.py", line 9, in one',
        "File ~/x/needlebook/a.py:9, in one()",
        "File \x1b[39m\x1b[32m~/x/needlebook/a.py:9\x1b[39m, in \x1b[36mone\x1b[39m",
        "/x/needlebook/a.py:9:5: error: expected ';'",
        "C:\\x\\needlebook\\a.py(9): error C2143",
        "needlebook/a.py:9: AssertionError",
    ],
)
def test_messages_of_python_and_compilers_get_the_place_in_the_book(tree, tested, line):
    place = tested.read_book().assemble().where("needlebook/a.py", 9)
    note = f" ({place.path}:{place.line}, {place.block.name})"
    assert annotate(f"before\n{line}\nafter", tree) == f"before\n{line}{note}\nafter"
    assert annotate(annotate(line, tree), tree) == line + note


@pytest.mark.parametrize(
    "line",
    [
        'File "/somewhere/needlebook/nope.py", line 9',
        'File "/somewhere/needlebook/a.py", line 999',
        'File "/somewhere/needlebook/a.py", line 1',
        "needlebook/a.py is 9 lines long",
        'File "/somewhere/numpy/a.py", line 9',
    ],
)
def test_lines_that_no_block_wrote_stay_as_they_are(tree, line):
    assert annotate(line, tree) == line


def test_without_a_map_text_stays_as_it_is(tmp_path):
    assert annotate("needlebook/a.py:9", tmp_path) == "needlebook/a.py:9"


def test_a_map_a_folder_and_a_tree_say_the_same(tree, tested):
    line = "needlebook/a.py:9"
    described = json.loads((tree / ".literate-map.json").read_text("utf-8"))
    assembled = tested.read_book().assemble("5")
    assert (
        annotate(line, tree) == annotate(line, described) == annotate(line, assembled)
    )
    assert described["chapter"] == "5"
