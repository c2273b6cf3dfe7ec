"""Execution of the chapters: on their own libraries, only when needed, errors named."""

import json
import re

import pytest
from ext_small_book import SmallBook

FIRST, SECOND = "book/03a_first.md", "book/03b_second.md"
SHOW = """
from workshop.execute import executed_notebook
for cell in executed_notebook({!r}).cells:
    if cell.cell_type == "code":
        print(cell.outputs)
"""


@pytest.fixture
def book(tmp_path):
    return SmallBook(tmp_path)


def states(output):
    """What the report says of each page: executed, unchanged or failed."""
    rows = [row.split() for row in output.splitlines() if " cells " in row]
    return {row[0]: row[5] for row in rows}


def outputs(book, page):
    return book.python(SHOW.format(page))


def test_every_page_runs_once(book):
    status, output = book.run("run")
    assert status == 0, output
    assert states(output) == {FIRST: "executed", SECOND: "executed"}
    assert "1.5" in outputs(book, FIRST)
    status, output = book.run("run")
    assert states(output) == {FIRST: "unchanged", SECOND: "unchanged"}


def test_prose_changes_no_output_and_runs_nothing(book):
    book.run("run")
    book.edit(FIRST, "Some prose.", "Other prose,\n\non more lines.")
    status, output = book.run("run")
    assert (status, states(output)[FIRST]) == (0, "unchanged")
    assert "Other prose" in book.python(
        "from workshop.execute import executed_notebook\n"
        f"print(executed_notebook({FIRST!r}).cells[0].source)"
    )


def test_a_changed_cell_runs_its_own_page_alone(book):
    book.run("run")
    book.edit(FIRST, "half(3)", "half(5)")
    assert "make run" in outputs(book, FIRST)
    status, output = book.run("run")
    assert states(output) == {FIRST: "executed", SECOND: "unchanged"}
    assert "2.5" in outputs(book, FIRST)


def test_a_changed_library_runs_its_own_and_later_chapters(book):
    book.run("run")
    book.edit(SECOND, "return x / 3", "return x / 3.0")
    assert states(book.run("run")[1]) == {FIRST: "unchanged", SECOND: "executed"}
    book.edit(FIRST, "return x / 2", "return x / 4")
    assert states(book.run("run")[1]) == {FIRST: "executed", SECOND: "executed"}
    assert "0.75" in outputs(book, FIRST)


def test_a_cell_that_prints_in_pieces_keeps_every_piece(book):
    pieces = (
        "import sys, time\n"
        "from IPython.display import HTML, display\n"
        "for i in range(40):\n"
        "    print(f'piece {i};', flush=i % 3 == 0)\n"
        "    if i % 10 == 5:\n"
        "        display(HTML(f'<b>{i}</b>'))\n"
        "    time.sleep(0.01 * (i % 4 == 1))\n"
        "needlebook.half(3)"
    )
    book.edit(FIRST, "needlebook.half(3)", pieces)
    status, output = book.run("run", "--force")
    assert status == 0, output
    printed = book.python(
        "from workshop.execute import executed_notebook\n"
        f"cells = executed_notebook({FIRST!r}).cells\n"
        "outputs = [o for c in cells for o in c.get('outputs', [])]\n"
        "for o in outputs:\n"
        "    print(o.text if o.output_type == 'stream' else '<shown>')"
    )
    found = re.findall(r"piece (\d+);|(<shown>)", printed)
    wanted = [str(i) for i in range(40)]
    assert [piece for piece, _ in found if piece] == wanted
    parts = re.sub(r"\s", "", printed).split("<shown>")
    assert [part.count("piece") for part in parts[:5]] == [6, 10, 10, 10, 4]


def test_pieces_of_one_stream_become_one_output(book):
    code = (
        "from nbformat.v4 import new_output\n"
        "from workshop.notebooks import joined\n"
        "out = lambda text, name='stdout': new_output('stream', name=name, text=text)\n"
        "shown = new_output('display_data', data={})\n"
        "outputs = [out('a'), out('b'), out('c', 'stderr'), shown, *map(out, 'de')]\n"
        "print([o.get('text', '-') for o in joined(outputs)])"
    )
    assert book.python(code).strip() == "['ab', 'c', '-', 'de']"


def test_a_chapter_does_not_see_later_chapters(book):
    book.edit(FIRST, "needlebook.half(3)", "from needlebook import second")
    status, output = book.run("run")
    assert status == 1
    assert "ImportError" in output


def test_a_failing_cell_is_named_with_its_line_and_the_listing(book):
    book.edit(FIRST, "needlebook.half(3)", "x = 1\nneedlebook.half('word')")
    status, output = book.run("run")
    cell, listing = book.line(FIRST, "half('word')"), book.line(FIRST, "return x / 2")
    assert status == 1
    assert f"{FIRST}:{cell}: TypeError" in output
    assert f"({FIRST}:{listing}, package)" in output
    assert states(output) == {FIRST: "failed", SECOND: "executed"}
    assert book.run("run")[0] == 1, "a failure is not taken for done"


def test_an_error_shown_on_purpose_names_the_listing_where_it_stands_now(book):
    book.run("run")
    book.edit(SECOND, "# A chapter", "# A chapter\n\nMore prose.")
    book.run("run")
    listing = book.line(SECOND, "return x / 3")
    assert f"({SECOND}:{listing}, second)" in outputs(book, SECOND)


def test_outputs_hold_no_path_of_the_machine(book):
    book.edit(FIRST, "needlebook.half(3)", "print(needlebook.__file__)")
    book.run("run")
    index = json.loads(book.read("build/executed/index.json"))
    cached = book.read(f"build/executed/{index[FIRST]['key']}.ipynb")
    assert "needlebook/__init__.py" in cached
    assert str(book.root) not in cached


def test_a_dying_kernel_is_named_with_its_cell(book):
    book.edit(FIRST, "needlebook.half(3)", "import os; os._exit(3)")
    status, output = book.run("run")
    place = f"{FIRST}:{book.line(FIRST, 'import needlebook')}"
    assert status == 1
    assert f"{place}: Python died in this cell" in output


def test_an_unreadable_book_is_told_without_a_traceback(book):
    book.edit(FIRST, ":name: package\n", ":name: package\n:into: Nowhere\n")
    for command in ("run", "native"):
        status, output = book.run(command)
        assert status == 1
        assert FIRST in output
        assert "Traceback" not in output
