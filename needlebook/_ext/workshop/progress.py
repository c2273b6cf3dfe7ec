"""Progress of the pages that run: bars on a terminal, lines elsewhere."""

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """A bar per page on a terminal; one line per finished page where there is none."""

    def __init__(self, jobs):
        self.bars = None
        self.tasks = {}
        if sys.stdout.isatty():
            name, count = TextColumn("{task.description}"), MofNCompleteColumn()
            columns = name, BarColumn(), count, TimeElapsedColumn()
            self.bars = Bars(*columns, console=Console())
        self.jobs = jobs

    def __enter__(self):
        if self.bars is None:
            print(f"run: {len(self.jobs)} pages to execute", flush=True)
            return self
        self.bars.start()
        for job in self.jobs:
            self.tasks[job.name] = self.bars.add_task(job.name, total=job.cells)
        return self

    def __exit__(self, *error):
        if self.bars is not None:
            self.bars.stop()

    def advance(self, job):
        if self.bars is not None:
            self.bars.advance(self.tasks[job.name])

    def finish(self, job):
        if self.bars is not None:
            self.bars.stop_task(self.tasks[job.name])
            return
        state = "failed" if job.problems else "done"
        print(f"run: {job.name} {state} after {job.seconds:.1f} s", flush=True)
