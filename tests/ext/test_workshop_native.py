"""Native parts: compiled once per state of their sources, messages with places."""

import pytest
from ext_small_book import SmallBook

SECOND = "book/03b_second.md"
NATIVE = """
```{tangle} needlebook/native/CMakeLists.txt
:name: native-modules

pybind11_add_module(_small small.cpp)
install(TARGETS _small DESTINATION needlebook)
```

```{tangle} needlebook/native/small.cpp
:name: small-cpp

#include <pybind11/pybind11.h>

int twice(int x) { return 2 * x; }

PYBIND11_MODULE(_small, module) { module.def("twice", &twice); }
```
"""


@pytest.fixture
def book(tmp_path):
    small = SmallBook(tmp_path)
    small.write(SECOND, small.read(SECOND) + NATIVE)
    return small


def modules(folder):
    return [path.name.split(".")[0] for path in folder.glob("needlebook/_small*")]


def test_only_changed_sources_are_compiled_and_chapters_share_a_build(book):
    status, output = book.run("native")
    assert status == 0, output
    assert "compiling" in output
    assert modules(book.root) == ["_small"]
    assert "compiling" not in book.run("native")[1]
    book.edit(SECOND, "x / 3", "x / 3.0")
    status, output = book.run("run")
    assert status == 0, output
    assert "compiling" not in output
    assert modules(book.root / "build/asof/3b") == ["_small"]
    assert modules(book.root / "build/asof/3a") == []


def test_the_compiler_names_the_place_in_the_book(book):
    book.edit(SECOND, "return 2 * x;", "return 2 * y;")
    status, output = book.run("native")
    place = f"({SECOND}:{book.line(SECOND, '2 * y')}, small-cpp)"
    assert status == 1
    assert place in output
    assert "Traceback" not in output
    assert book.run("native")[0] == 1, "a failed build is not taken for done"


def test_cmake_names_the_place_in_the_book(book):
    book.edit(SECOND, "install(TARGETS", "instal(TARGETS")
    status, output = book.run("native")
    assert status == 1
    assert f"({SECOND}:{book.line(SECOND, 'instal(')}, native-modules)" in output


def test_a_module_that_the_book_no_longer_has_is_taken_away(book):
    book.run("native")
    book.write(SECOND, book.read(SECOND).replace(NATIVE, ""))
    assert book.run("native")[0] == 0
    assert modules(book.root) == []


def test_the_tree_of_a_chapter_has_its_compiled_modules(book, tmp_path):
    status, output = book.run("asof", "3b", str(tmp_path / "out"))
    assert status == 0, output
    assert modules(tmp_path / "out") == ["_small"]
    assert book.run("asof", "3a", str(tmp_path / "early"))[0] == 0
    assert modules(tmp_path / "early") == []
