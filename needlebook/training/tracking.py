# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Runs as folders: settings, numbers by line, and all of them as a table."""

import itertools
import json
import os
import time
from pathlib import Path

from .callbacks import Callback
from .checkpoints import replace


class Run(Callback):
    """A new folder under `folder` with config.json and metrics.jsonl.

    Also a callback: each epoch's record becomes a line.
    """

    def __init__(self, folder, **config):
        stamp = time.strftime("%Y%m%d-%H%M%S")
        for i in itertools.count():
            self.folder = Path(folder) / f"{stamp}-{i:03d}"
            try:
                self.folder.mkdir(parents=True)
                break
            except FileExistsError:
                continue
        replace(self.folder / "config.json", json.dumps(config, indent=1).encode())

    def log(self, **values):
        """Append one line; it is on the disk when this returns."""
        with open(self.folder / "metrics.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def on_epoch(self, trainer, record):
        self.log(**record)


def load_metrics(path):
    """Return the lines of a metrics.jsonl; a last line that was cut is left out."""
    text = Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""
    lines = text.split("\n")
    return [json.loads(line) for line in lines[:-1] if line]


def load_runs(folder):
    """Return a row for each run, oldest first: its name, settings and last numbers.

    A list of dictionaries, which pandas.DataFrame or csv.DictWriter take as they are.
    Where a setting and a number have one name, the setting is shown.
    """
    rows = []
    for path in sorted(Path(folder).glob("*/config.json")):
        config = json.loads(path.read_text(encoding="utf-8"))
        lines = load_metrics(path.parent / "metrics.jsonl")
        last = {k: v for k, v in (lines[-1:] or [{}])[0].items() if k not in config}
        rows.append({"run": path.parent.name, **config, **last})
    return rows


def as_text(rows, columns, digits=4):
    """Return rows as an aligned table of these columns."""

    def cell(value):
        return f"{value:.{digits}g}" if isinstance(value, float) else str(value)

    table = [columns, *([cell(row.get(c, "")) for c in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table)]
    lines = ("  ".join(c.rjust(w) for c, w in zip(row, widths)) for row in table)
    return "\n".join(lines)
