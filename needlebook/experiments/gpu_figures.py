# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The figures that `make gpu-verify` has stored, if it ever ran."""

import csv
from pathlib import Path

MEASUREMENTS = Path(__file__).parents[2] / "book" / "measurements"
GOALS = [
    ("matrix product 4096", "of the vendor's float32", 0.55),
    ("matrix product 8192", "of the vendor's float32", 0.55),
    ("elementwise add", "of a device copy", 0.9),
    ("sum of everything", "of a device copy", 0.9),
    ("sum of rows", "of a device copy", 0.9),
    ("sum of columns", "of a device copy", 0.9),
    ("transpose", "of a device copy", 0.8),
]


def newest(folder=MEASUREMENTS):
    """Return the rows of the newest table of this backend as dictionaries, else []."""
    for path in sorted(Path(folder).glob("*-gpu.csv"), reverse=True):
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if any(row["kind"] == "time" for row in rows):
            return rows
    return []


def table(rows):
    """Yield lines: the case, the goal, and what was measured."""
    found = {row["case"]: row for row in rows if row["kind"] == "time"}
    for case, of, goal in GOALS:
        row = found.get(case)
        share = f"{float(row['share']):.2f}" if row and row["share"] else "not measured"
        yield f"{case:<22} goal {goal:.2f} {of:<24} {share}"
    yield rows[0]["device"] if rows else "no GPU was at hand: make bench-gpu measures"
