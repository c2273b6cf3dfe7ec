"""Small books to try the engine on, each in a folder of its own."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from literate import Book, LiterateError
from literate.sync import sync

HEADER = "# Extracted from the book: edit the chapter, "
HEADER += 'or edit here and run "make sync".'
PROJECT = """[project]
name = "small"
version = "0.1"
readme = "README.md"
license-files = ["LICENSE"]
"""


def block(target: str, name: str, code: str, **options: str) -> str:
    """The text of one tangle directive."""
    lines = [f"```{{tangle}} needlebook/{target}", f":name: {name}"]
    lines += [f":{key}: {value}" for key, value in options.items()]
    return "\n".join([*lines, "", textwrap.dedent(code).strip("\n"), "```"])


class Desk:
    """A book on a desk: write its chapters, edit its files, synchronise, look."""

    HEADER = HEADER
    block = staticmethod(block)

    def __init__(self, root: Path):
        self.root = root
        self.write("pyproject.toml", PROJECT)
        self.write("README.md", "# A small book\n")
        self.write("LICENSE", "Do what you like.\n")

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def book(self, **pages: str) -> Desk:
        """Write pages by document name; a number first: `_3a` is `03a_page`."""
        names = []
        for key, text in pages.items():
            names.append(self.docname(key))
            self.write(self.page(key), f"# Page\n\n{text}\n\nThe end.\n")
        files = "".join(f"  - file: {name}\n" for name in names)
        self.write("book/_toc.yml", f"root: index\nchapters:\n{files}")
        self.write("book/index.md", "# Index\n")
        return self

    @staticmethod
    def docname(key: str) -> str:
        digits = "".join(c for c in key if c.isdigit())
        return f"{int(digits):02d}{key.strip('_')[len(digits) :]}_page"

    def page(self, key: str) -> str:
        return f"book/{self.docname(key)}.md"

    def replace(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert text.count(old) == 1, f"{old!r} is in {path} {text.count(old)} times"
        self.write(path, text.replace(old, new))

    def sync(self) -> list[str]:
        return sync(self.root)

    def read_book(self) -> Book:
        return Book.read(self.root)

    def code(self, target: str) -> list[str]:
        """The lines that the book makes of a file, from its first block on."""
        lines = self.read_book().assemble().files[f"needlebook/{target}"].texts[1:]
        return "\n".join(lines).lstrip("\n").split("\n")

    def refused(self) -> str:
        """The message of a sync that has to refuse, and to leave every byte alone."""
        before = self.everything()
        with pytest.raises(LiterateError) as error:
            self.sync()
        assert self.everything() == before
        return str(error.value)

    def settled(self) -> None:
        """Text and code are one, and another sync has nothing to do."""
        for path, file in self.read_book().assemble().files.items():
            assert self.read(path) == file.text
        before = self.everything()
        assert self.sync() == []
        assert self.everything() == before

    def everything(self) -> dict[str, bytes]:
        """Every file but the lock, byte by byte."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and path.name != "lock" and ".git/" not in str(path)
        }


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="session")
def new_desk(tmp_path_factory):
    """A function that lays out a new desk, for tests that need many."""
    return lambda: Desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def shelf(desk) -> Desk:
    """A synchronised book of three chapters that uses every way to place a block."""
    desk.book(
        _3a="\n\nSome prose, naïve and 中文.\n\n".join(
            [
                block("a.py", "a-start", '"""A."""\n\nimport math\n# <<imports>>'),
                block("a.py", "a-one", "def one():\n    return math.pi"),
                block(
                    "a.py",
                    "a-class",
                    "class Box:\n    def __init__(self):\n        self.x = 1",
                ),
                block("b.cpp", "b-start", "#include <cmath>\n// <<includes>>"),
                block("b.cpp", "b-one", "double one() {\n  return 1.0;\n}"),
            ]
        ),
        _4="\n\nMore prose.\n\n".join(
            [
                block("a.py", "a-os", "import os", at="imports"),
                block("a.py", "a-get", "def get(self):\n    return self.x", into="Box"),
                block("a.py", "a-two", "def two():\n    return 2", after="one"),
                block("b.cpp", "b-vector", "#include <vector>", at="includes"),
            ]
        ),
        _5=block("a.py", "a-one-new", "def one():\n    return 1", replaces="a-one"),
    )
    desk.sync()
    return desk
