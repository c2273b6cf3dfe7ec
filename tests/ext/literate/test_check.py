"""Check finds what is planted, and is silent about a book that is whole."""

from __future__ import annotations

import pytest

from literate.check import check

A = "needlebook/a.py"
ITEM = """  L{id}:
    kind: C
    says: A claim.
    does: [E]
    at: [sec-one]
    verdict: holds
    because: Measured.
    tests: ["tests/test_one.py::test_x"]
    bench: []
    needs: []
"""


def found(desk) -> list[str]:
    before = desk.everything()
    problems = [str(problem) for problem in check(desk.root)]
    assert desk.everything() == before
    return problems


@pytest.fixture
def whole(shelf):
    """A book with a ledger, an exercise and its solution, all in order."""
    page = shelf.page("_3a")
    solution = shelf.block("solutions/ch03a.py", "s1", "def s(): ...", solution="3a.1")
    shelf.replace(
        page,
        "# Page\n",
        "(sec-one)=\n# Page\n\nMet here: {ledger}`L3a.1`.\n\n"
        f"```{{exercise}} 3a.1 Try\n:ledger: L3a.1\n\nDo.\n```\n\n{solution}\n",
    )
    items = ITEM.format(id="3a.1") + ITEM.format(id="3a.2")
    shelf.write("book/ledger.yml", f"done: [3a]\nitems:\n{items}")
    shelf.write("tests/test_one.py", "def test_x():\n    assert True\n")
    shelf.sync()
    return shelf


def test_a_whole_book_has_no_problem(whole):
    assert found(whole) == []


def test_one_byte_of_difference_is_shown_with_the_chapters_line(whole):
    whole.replace(A, "return 2", "return  2")
    (problem,) = found(whole)
    line = whole.read(whole.page("_4")).split("\n").index("    return 2") + 1
    assert problem.startswith(
        f"book/04_page.md:{line}: text and code differ from {A}:13 on, in 'a-two'"
    )
    assert "-    return 2\n" in problem and "+    return  2\n" in problem


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("return 2\n\n\n", "return 2\n\n", "from needlebook/a.py:15 on, in 'a-class'"),
        ("# Extracted", "#Extracted", "from needlebook/a.py:1 on, in 'a-start'"),
        ("return self.x\n", "return self.x", "does not end with a newline"),
        ("return self.x\n", "return self.x\n\n", "text and code differ"),
        ("import os\n", "import os\r\n", "lines end in different ways"),
    ],
)
def test_every_byte_counts(whole, old, new, message):
    whole.replace(A, old, new)
    (problem,) = found(whole)
    assert message in problem


def test_a_file_that_was_not_extracted_is_named_with_its_block(whole):
    (whole.root / A).unlink()
    (problem,) = found(whole)
    assert problem.startswith("book/03a_page.md:19: needlebook/a.py has not been")


def test_a_file_without_owner_is_named(whole):
    whole.write("needlebook/own.h", "int x;\n")
    (problem,) = found(whole)
    assert problem.startswith(
        "needlebook/own.h:1: no block of the book writes this file"
    )


def test_an_empty_source_without_owner_is_named_and_a_marker_is_not(whole):
    whole.write("needlebook/typed/py.typed", "")
    assert found(whole) == []
    whole.write("needlebook/typed/__init__.py", "")
    (problem,) = found(whole)
    assert problem.startswith("needlebook/typed/__init__.py:1: no block of the book")


def test_a_block_without_a_place_is_named(whole):
    whole.replace(whole.page("_4"), ":into: Box", ":into: Bag")
    assert found(whole)[0].startswith("book/04_page.md:12: no 'Bag' in needlebook/a.py")


def test_a_block_that_only_a_later_chapter_gives_a_place_is_named(whole):
    """Assembled to the end all is well; as of chapter 4 a name is there twice."""
    more = whole.block("a.py", "uno", "def one(): ...")
    whole.replace(whole.page("_4"), "\nThe end.", f"\n{more}\n\nThe end.")
    whole.replace(whole.page("_5"), "def one()", "def eins()")
    assert any("one is defined twice" in problem for problem in found(whole))


def test_code_that_is_no_python_is_named_with_the_line_of_the_chapter(whole):
    whole.replace(whole.page("_4"), "return 2", "return = 2")
    whole.sync()
    (problem,) = found(whole)
    line = whole.read(whole.page("_4")).split("\n").index("    return = 2") + 1
    assert problem.startswith(f"book/04_page.md:{line}: not Python: invalid syntax")


def test_a_sync_that_was_cut_short_is_named(whole):
    whole.write(".literate/journal.json", "[]")
    assert "a sync was cut short" in found(whole)[0]


def test_an_exercise_without_solution_is_named(whole):
    whole.replace(whole.page("_3a"), ":solution: 3a.1\n", "")
    assert "the exercise '3a.1' has no solution" in found(whole)[0]


def test_a_solution_without_exercise_is_named(whole):
    whole.replace(whole.page("_3a"), ":solution: 3a.1\n", ":solution: 3a.9\n")
    assert any("no exercise '3a.9' to solve" in problem for problem in found(whole))


def test_an_exercise_id_taken_twice_is_named(whole):
    again = "```{exercise} 3a.1 Again\n:ledger: L3a.1\n\nDo.\n```\n"
    whole.replace(whole.page("_4"), "\nThe end.", f"\n{again}\nThe end.")
    assert "the exercise '3a.1' is there already" in found(whole)[0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("at: [sec-one]", "at: []", "`at` names no place in the book"),
        (
            "at: [sec-one]",
            "at: [sec-two]",
            "no label and no block",
        ),
        ("at: [sec-one]", "at: sec-one", "`at` is no list"),
        (
            "verdict: holds",
            "verdict: fine",
            "'fine' is none of holds, holds, but",
        ),
        ("verdict: holds", "verdict:", "verdict None is none of"),
        ("because: Measured.", "because: ''", "`because` is empty"),
        ("says: A claim.", "says:", "`says` is empty"),
        ("kind: C", "kind: X", "kind 'X' is none of"),
        ("does: [E]", "does: [Z]", "`does` has 'Z'"),
        ("tests: [", "tests: [] # [", "an experiment or implementation without a test"),
        ("test_one.py", "test_two.py", "no module tests/test_two.py"),
        ("::test_x", "::test_y", "no such test in tests/test_one.py"),
        ("::test_x", "", "no such test in tests/test_one.py"),
        ("verdict: holds", "verdict: not measured", "`needs` does not say what for"),
        ("needs: []", "needs: [money]", "`needs` has 'money'"),
        ("bench: []", "bench: [slow]", "`bench` names 'slow', no case and no file"),
    ],
)
def test_each_hole_of_the_ledger_is_named_with_its_line(whole, old, new, message):
    text = whole.read("book/ledger.yml")
    head, mark, tail = text.partition("  L3a.2:")
    assert old in tail
    whole.write("book/ledger.yml", head + mark + tail.replace(old, new))
    (problem,) = found(whole)
    line = head.count("\n") + 1
    assert problem.startswith(f"book/ledger.yml:{line}: L3a.2: ") and message in problem


@pytest.mark.parametrize("row", ["race", "add, 4 elements"])
def test_a_case_or_a_file_of_the_benchmarks_is_a_row(whole, row):
    whole.write("bench/race.py", '@case("add, 4 elements", goal=1)\ndef add(): ...\n')
    text = whole.read("book/ledger.yml")
    whole.write("book/ledger.yml", text.replace("bench: []", f'bench: ["{row}"]'))
    assert found(whole) == []


def test_a_block_name_is_a_place_too(whole):
    text = whole.read("book/ledger.yml")
    whole.write("book/ledger.yml", text.replace("[sec-one]", "[a-class]"))
    assert found(whole) == []


def test_what_could_not_be_measured_says_what_for_and_needs_no_test(whole):
    text = whole.read("book/ledger.yml").replace("needs: []", "needs: [gpu]")
    text = text.replace("verdict: holds", "verdict: not measured")
    whole.write("book/ledger.yml", text.replace('tests: ["', 'tests: [] # "'))
    assert found(whole) == []


def test_tests_in_classes_and_with_parameters_are_found(whole):
    body = "class TestOne:\n    def test_y(self): ...\n"
    whole.write("tests/test_one.py", body)
    text = whole.read("book/ledger.yml").replace("::test_x", "::TestOne::test_y[a-1]")
    whole.write("book/ledger.yml", text)
    assert found(whole) == []


def test_a_test_that_is_no_test_does_not_count(whole):
    whole.write("tests/test_one.py", "def helper():\n    def test_x(): ...\n")
    assert len(found(whole)) == 2


def test_a_gap_in_the_numbers_of_a_finished_chapter_is_named(whole):
    items = ITEM.format(id="3a.1") + ITEM.format(id="3a.3") + ITEM.format(id="3a.Q2")
    whole.write("book/ledger.yml", f"done: [3a]\nitems:\n{items}")
    messages = [problem.split(": ", 1)[1] for problem in found(whole)]
    assert messages == ["L3a.2 is missing", "L3a.Q1 is missing"]


def test_items_of_chapters_that_are_not_done_may_be_empty(whole):
    text = whole.read("book/ledger.yml")
    whole.write("book/ledger.yml", text + "  L7.1: {kind: C, says: Later.}\n")
    assert found(whole) == []


@pytest.mark.parametrize("done", ["9", "5"])
def test_a_finished_chapter_needs_a_page_and_items(whole, done):
    text = whole.read("book/ledger.yml").replace("done: [3a]", f"done: [3a, {done}]")
    whole.write("book/ledger.yml", text)
    (problem,) = found(whole)
    assert f"chapter {done} has no " in problem


@pytest.mark.parametrize("where", ["{ledger}`L3a.1`", ":ledger: L3a.1"])
def test_an_id_in_the_text_that_the_ledger_lacks_is_named(whole, where):
    whole.replace(whole.page("_3a"), where, where.replace("L3a.1", "L3a.7"))
    (problem,) = found(whole)
    assert problem.startswith("book/03a_page.md:")
    assert "the ledger has no 'L3a.7'" in problem


@pytest.mark.parametrize("text", ["items: [}", "done: [3a]\n", "items: {L3a.1: x}\n"])
def test_a_ledger_that_cannot_be_read_is_named(whole, text):
    whole.write("book/ledger.yml", text)
    assert found(whole)[0].startswith("book/ledger.yml:1: ")


def test_a_missing_ledger_is_named(whole):
    (whole.root / "book/ledger.yml").unlink()
    assert found(whole) == ["book/ledger.yml:1: the ledger is missing"]
