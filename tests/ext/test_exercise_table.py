"""The table of exercises on the page for instructors counts what a chapter holds."""

from page.exercise_table import count, time

CHAPTER = """---
title: not counted
---
# Two words

Five words of plain prose.

```{code-cell} ipython3
not counted
```

```{tangle} needlebook/x.py
:name: x

def not_counted(): ...
```

```{exercise} 4.1 Title
:ledger: L4.1
:minutes: 20
:signature: f() -> int

Three words here.
```

````{code-block} markdown
```{code-cell} ipython3
```
```{exercise} 4.2 Quoted
:minutes: 5
```
````

```{exercise} 4.2 Title
:minutes: 90

More.
```
"""


def test_prose_is_counted_and_code_is_not():
    words, _ = count(CHAPTER)
    prose = "Two words Five words of plain prose Three words here More"
    assert words == prose.count(" ") + 1


def test_quoted_cells_do_not_count():
    _, cells = count(CHAPTER)
    assert cells == 1


def test_hours_begin_at_sixty_minutes():
    assert [time(59), time(60), time(150)] == ["59 min", "1.0 h", "2.5 h"]
