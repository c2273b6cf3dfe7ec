"""Chapters as notebooks for Jupyter: directives and roles become plain Markdown."""

from page.take_home import plain_markdown


def test_a_listing_becomes_code_that_is_shown():
    text = "```{tangle} needlebook/a.cpp\n:name: a\n\nint x;\n```"
    assert plain_markdown(text) == "In `needlebook/a.cpp`:\n\n```cpp\nint x;\n```"


def test_a_solution_says_so():
    text = "```{tangle} needlebook/a.py\n:name: a\n:solution: 3a.1\n\nx = 1\n```"
    assert plain_markdown(text).startswith("Solution of 3a.1, in `needlebook/a.py`:")


def test_roles_leave_their_words():
    text = "See {ref}`the loss <sec-loss>`, {ledger}`L3a.1` and {cite}`kahan1965`."
    assert plain_markdown(text) == "See the loss, L3a.1 and [kahan1965]."


def test_labels_and_index_entries_vanish():
    text = "(sec-a)=\n## A\n```{index} adjoint\n```\nText."
    assert plain_markdown(text) == "## A\nText."


def test_notes_keep_their_words():
    text = ":::{note} Mind\nOnly {term}`tallies`.\n:::"
    assert plain_markdown(text) == "**Mind**\n\nOnly tallies."


def test_mathematics_stays():
    assert plain_markdown("$$\na\n$$") == "$$\na\n$$"
    assert plain_markdown("```{math}\n:label: eq\na\n```") == "$$\na\n$$"
    assert plain_markdown("{math}`a`") == "$a$"


def test_plain_code_is_left_alone():
    text = "```python\n{ref}x\n```"
    assert plain_markdown(text) == text
