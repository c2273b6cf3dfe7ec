"""The engine is fast because it does little: counted, not timed."""

from __future__ import annotations

import ast

import pytest

from literate import Book, outline, tree
from literate.check import check
from literate.edits import FileEdits


def large(desk, blocks: int):
    """A book of two chapters with many blocks in ten files, all ways to place them."""
    pages = {"_3a": [], "_4": []}
    for k in range(10):
        pages["_3a"].append(desk.block(f"f{k}.py", f"c{k}", f"class C{k}:\n    x = 1"))
    for k in range(blocks - 10):
        options = [{}, {"into": f"C{k % 10}"}, {"after": f"C{k % 10}"}][k % 3]
        code = f"def f{k}(x):\n    return {k}"
        text = desk.block(f"f{k % 10}.py", f"b{k}", code, **options)
        pages["_3a" if k % 2 else "_4"].append(text)
    return desk.book(**{key: "\n\n".join(texts) for key, texts in pages.items()})


@pytest.fixture
def calls(monkeypatch):
    """How often Python is parsed, and how many rows are made."""
    seen = {"parse": 0, "rows": 0}
    parse, place = ast.parse, FileEdits._place

    def counted(*args, **kwargs):
        seen["parse"] += 1
        return parse(*args, **kwargs)

    def counted_place(self, edit, replay):
        seen["rows"] += len(edit.block.lines)
        return place(self, edit, replay)

    monkeypatch.setattr(ast, "parse", counted)
    monkeypatch.setattr(FileEdits, "_place", counted_place)
    outline.outline.cache_clear()
    return seen


def test_each_block_is_parsed_once_however_often_the_book_is_assembled(desk, calls):
    book = large(desk, 200).read_book()
    for upto in ("3a", "4", None):
        book.assemble(upto)
    assert calls["parse"] == 200
    assert calls["rows"] == sum(
        len(block.lines)
        for blocks in (book.chapters[0].blocks, book.blocks, book.blocks)
        for block in blocks
    )


def test_a_tree_is_assembled_once(desk, monkeypatch):
    book = large(desk, 30).read_book()
    assert book.assemble("3a") is book.assemble("3a")
    assert book.assemble() is book.assemble(None)


def test_only_a_replacement_applies_the_edits_of_its_file_again(desk, calls):
    b = desk.block
    blocks = [b("a.py", f"a{k}", f"a{k} = 1") for k in range(10)]
    blocks += [b("b.py", f"b{k}", f"b{k} = 1") for k in range(10)]
    blocks.append(b("a.py", "new", "a3 = 2", replaces="a3"))
    desk.book(_3a="\n\n".join(blocks)).read_book().assemble()
    assert calls["rows"] == 20 + 10


def test_a_sync_without_changes_reads_each_file_once_and_writes_none(
    shelf, monkeypatch
):
    from pathlib import Path

    read, seen = Path.read_bytes, []
    monkeypatch.setattr(Path, "read_bytes", lambda p: seen.append(p.name) or read(p))
    assert shelf.sync() == []
    for name in ("03a_page.md", "04_page.md", "a.py", "b.cpp"):
        assert seen.count(name) == 1


def test_check_assembles_each_chapter_once_and_the_whole_book_once(shelf, monkeypatch):
    shelf.write("book/ledger.yml", "done: []\nitems: {}\n")
    made = []
    whole = tree.assemble

    def counted(blocks):
        made.append(len(blocks))
        return whole(blocks)

    monkeypatch.setattr("literate.book.assemble", counted)
    assert check(shelf.root) == []
    every = len(Book.read(shelf.root).blocks)
    assert sorted(made) == [5, 9, every, every]
