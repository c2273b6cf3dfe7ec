# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Progress on the terminal: rich's bar if it is installed, else plain lines."""

import sys


def rich_bar(label, total, start):
    """Return (rich progress, its task), or None without rich or without a terminal."""
    if not sys.stderr.isatty():
        return None
    try:
        from rich.console import Console
        from rich.progress import Progress as Bar
    except ModuleNotFoundError:
        return None
    bar = Bar(console=Console(stderr=True))
    task = bar.add_task(label, total=total, completed=start)
    bar.start()
    return bar, task


class Progress:
    """Counts up to `total` (None if unknown) from `start`; a context manager."""

    def __init__(self, label, total=None, start=0, *, shown=True, stream=None):
        self.label, self.total, self.done, self.shown = label, total, start, shown
        self.stream = stream or sys.stderr
        self.tenth = self._tenth()

    def __enter__(self):
        plain = not self.shown or self.stream is not sys.stderr
        self.rich = None if plain else rich_bar(self.label, self.total, self.done)
        return self

    def __exit__(self, *error):
        if self.rich:
            self.rich[0].stop()

    def _tenth(self):
        return int(10 * self.done / self.total) if self.total else 0

    def advance(self, amount=1, note=""):
        """Go on by `amount`; `note` is shown beside the label."""
        self.done += amount
        before, self.tenth = self.tenth, self._tenth()
        if self.rich:
            label = f"{self.label} {note}"
            self.rich[0].update(self.rich[1], advance=amount, description=label)
        elif self.shown and self.tenth > before:
            print(f"{self.label}: {10 * self.tenth} % {note}", file=self.stream)
