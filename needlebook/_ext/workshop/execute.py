"""Execute the pages: each in its own kernel, against its own chapter's library.

An entry of the cache is named by everything that an output can depend on: the cells,
the library as of the chapter with its native sources, Python, the lock, and the files
of the book that the cells name. So prose can change without a run, and a library edit
re-executes exactly the chapters whose library it changes.
"""

import asyncio
import hashlib
import json
import os
import platform
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from literate import trace
from workshop import native, notebooks
from workshop.notebooks import executed_notebook
from workshop.places import ASOF, BOOK, BUILD, ROOT, quiet_environment
from workshop.progress import Progress

__all__ = ["Job", "executed_notebook", "plan", "report", "run", "write_trees"]

CELL_TIMEOUT = 300
BUDGET = 90
FORMAT = "4"


@dataclass
class Job:
    """One page to execute, and what became of it."""

    page: object
    chapter: str
    notebook: object
    key: str
    cells_hash: str
    seconds: float = 0.0
    cached: bool = False
    problems: list = field(default_factory=list)

    @property
    def name(self):
        return self.page.path

    @property
    def cells(self):
        return len(notebooks.code_cells(self.notebook))


def plan(book, wanted=()):
    """A job for every page with cells, in reading order; `wanted` names some."""
    last = book.chapters[-1].chapter if book.chapters else None
    jobs = []
    fingerprints = {}
    for page in book.pages:
        if not notebooks.has_cells(page.text) or not named(page, wanted):
            continue
        chapter = page.chapter or last
        if chapter not in fingerprints:
            fingerprints[chapter] = library_hash(book.assemble(upto=chapter))
        notebook = notebooks.read_notebook(ROOT / page.path, page.text)
        key = page_key(page, notebook, fingerprints[chapter])
        cells = notebooks.cells_hash(notebook)
        jobs.append(Job(page, chapter, notebook, key, cells))
    return jobs


def named(page, wanted):
    names = {page.chapter, page.docname, page.path}
    return not wanted or any(name in names for name in wanted)


def library_hash(tree):
    text = json.dumps({path: file.text for path, file in tree.files.items()})
    return hashlib.sha256(text.encode()).hexdigest()


def page_key(page, notebook, library):
    """The name of the cache entry: equal when, and only when, a run would be equal."""
    code = "\n".join(cell.source for cell in notebooks.code_cells(notebook))
    lock = (ROOT / "requirements.lock").read_bytes()
    parts = [FORMAT, notebooks.cells_hash(notebook), library, platform.python_version()]
    parts += [platform.system(), platform.machine(), hashlib.sha256(lock).hexdigest()]
    parts += [hash_of(path) for path in files_named(code)]
    if page.chapter is None:
        engine = (ROOT / "needlebook" / "_ext" / "literate").glob("*.py")
        parts += [hash_of(path) for path in sorted(engine)]
    return hashlib.sha256("\n".join([page.path, *parts]).encode()).hexdigest()


def files_named(code):
    """The files beside the pages that the cells mention, by name or by folder."""
    found = []
    for path in sorted(BOOK.rglob("*")):
        inside = path.relative_to(BOOK)
        if path.suffix == ".md" or inside.parts[0].startswith(("_", ".")):
            continue
        folder = inside.parent.name
        if path.is_file() and (path.name in code or (folder and folder in code)):
            found.append(path)
    return found


def hash_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_trees(book, needed):
    """The library of every chapter, with native parts for those that will run.

    All are written, because prose that moves a listing changes the maps of all later
    chapters, which name the places in the tracebacks that pages show.
    """
    for page in book.chapters:
        tree = book.asof(page.chapter, ASOF / page.chapter)
        if page.chapter in needed:
            native.place(native.build(book, page.chapter, tree), tree)


def run(book, wanted=(), force=False):
    """Execute what changed; returns the jobs, those that failed with problems."""
    jobs = plan(book, wanted)
    for job in jobs:
        cached = None if force else notebooks.read_cached(job.key)
        if cached is not None:
            job.cached = True
            job.seconds = cached.metadata["needlebook"]["seconds"]
    todo = [job for job in jobs if not job.cached]
    write_trees(book, {job.chapter for job in todo})
    if todo:
        with Progress(todo) as progress:
            asyncio.run(run_side_by_side(todo, progress))
    done = {
        job.name: {"key": job.key, "cells": job.cells_hash}
        for job in jobs
        if not job.problems
    }
    notebooks.update_index(done)
    return jobs


async def run_side_by_side(jobs, progress):
    slots = asyncio.Semaphore(int(os.environ.get("NEEDLEBOOK_JOBS", 0)) or cores())

    async def one(job):
        async with slots:
            await execute(job, progress)

    await asyncio.gather(*map(one, jobs))


def cores():
    return min(os.cpu_count() or 1, 8)


async def execute(job, progress):
    """Run one page from its first cell to its last, or to the first that fails."""
    tree = ASOF / job.chapter
    environment = quiet_environment(
        PYTHONPATH=tree,
        MPLBACKEND="module://matplotlib_inline.backend_inline",
        MPLCONFIGDIR=BUILD / "matplotlib",
        IPYTHONDIR=BUILD / "ipython",
        JUPYTER_PREFER_ENV_PATH="1",
        JUPYTER_NO_CONFIG="1",
        NO_COLOR="1",
    )
    client = NotebookClient(
        job.notebook,
        timeout=CELL_TIMEOUT,
        record_timing=False,
        kernel_name="python3",
        resources={"metadata": {"path": str(BOOK)}},
    )
    sockets = tempfile.TemporaryDirectory(prefix="needlebook-")
    talk_over_files(client, sockets.name)
    lines = notebooks.cell_lines(ROOT / job.name, job.notebook)
    place = job.name
    started = time.perf_counter()
    client.reset_execution_trackers()
    try:
        async with client.async_setup_kernel(env=environment):
            for index, cell in enumerate(job.notebook.cells):
                if cell.cell_type != "code":
                    continue
                place = f"{job.name}:{lines[index]}"
                count = client.code_cells_executed + 1
                await client.async_execute_cell(cell, index, execution_count=count)
                progress.advance(job)
    except CellExecutionError:
        job.problems.append(cell_problem(cell, tree, job.name, lines[index]))
    except CellTimeoutError:
        job.problems.append(f"{place}: this cell ran longer than {CELL_TIMEOUT} s")
    except DeadKernelError:
        job.problems.append(f"{place}: Python died in this cell (memory? native code?)")
    finally:
        sockets.cleanup()
    job.seconds = time.perf_counter() - started
    if not job.problems:
        for cell in notebooks.code_cells(job.notebook):
            cell.outputs = notebooks.scrub(notebooks.joined(cell.outputs), tree)
        job.notebook.metadata["needlebook"] = {
            "seconds": round(job.seconds, 2),
            "key": job.key,
            "chapter": job.chapter,
        }
        notebooks.write_cached(job.key, job.notebook)
    progress.finish(job)


def talk_over_files(client, folder):
    """Reach the kernel through sockets of this user, where there are such, instead
    of ports that every process of the machine can open."""
    if os.name == "posix":
        client.create_kernel_manager()
        client.km.transport = "ipc"
        client.km.ip = str(Path(folder) / "kernel")


def cell_problem(cell, tree, name, line):
    """`book/05_….md:123: ValueError: …` with the annotated traceback below it."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return f"{name}:{line}: this cell failed"
    error = errors[-1]
    text = notebooks.ANSI.sub("", "\n".join(error.traceback))
    inside = notebooks.line_in_cell(text)
    text = notebooks.scrub(trace.annotate(text, tree), tree)
    headline = f"{name}:{line + inside - 1}: {error.ename}: {error.evalue}"
    return headline + "\n" + "\n".join(f"    {row}" for row in text.splitlines())


def report(jobs):
    """A line per page, the problems below; the exit status."""
    width = max((len(job.name) for job in jobs), default=0)
    for job in jobs:
        state = "failed" if job.problems else "unchanged" if job.cached else "executed"
        over = f"  over the budget of {BUDGET} s" if job.seconds > BUDGET else ""
        count = f"{job.cells:4d} cells"
        print(f"  {job.name:{width}}  {count} {job.seconds:7.1f} s  {state}{over}")
    problems = [problem for job in jobs for problem in job.problems]
    for problem in problems:
        print(f"\n{problem}", flush=True)
    return 1 if problems else 0
