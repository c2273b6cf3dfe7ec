# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Lines of code, counted from the source: of one item, or between two."""

import ast
import difflib
import inspect
import textwrap


def code_lines(item):
    """Return the lines of a function or class but for docstrings, comments, blanks."""
    source = textwrap.dedent(inspect.getsource(item))
    skipped = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            first = node.body[0]
            if ast.get_docstring(node) is not None:
                skipped.update(range(first.lineno, first.end_lineno + 1))
    lines = enumerate(source.splitlines(), start=1)
    lines = [line for number, line in lines if number not in skipped]
    return [line for line in lines if line.strip() and line.strip()[0] != "#"]


def lines_changed(before, after):
    """Return how many lines of function `before` go, and how many in `after` are new.

    The line with the name is not counted.
    """
    diff = list(difflib.ndiff(code_lines(before)[1:], code_lines(after)[1:]))
    gone = sum(line.startswith("- ") for line in diff)
    return gone, sum(line.startswith("+ ") for line in diff)
