"""What the goals of the Makefile call: each takes parsed arguments, returns a status.

A failure is a sentence with a place, never a bare traceback of a tool.
"""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from workshop.places import (
    ASOF,
    BOOK,
    BUILD,
    HTML,
    ROOT,
    WorkshopError,
    complain,
    quiet_environment,
    relative,
    say,
)


def told(command):
    """Turn the errors that have a place into a message and status 1."""

    @functools.wraps(command)
    def run(args):
        from literate import LiterateError

        try:
            return command(args)
        except (WorkshopError, LiterateError) as problem:
            complain(problem)
            return 1

    return run


def read_book():
    from literate import Book

    return Book.read(ROOT)


@told
def native(args):
    """Compile what changed and put it into the working tree."""
    from workshop import native as parts

    book = read_book()
    if not book.chapters:
        return 0
    last = book.chapters[-1].chapter
    tree = ASOF / last
    book.asof(last, tree)
    built = parts.build(book, last, tree, sanitize=args.sanitize)
    if not args.sanitize:
        parts.place(built, ROOT)
    say(f"native: {len(built.modules)} modules are up to date")
    return 0


@told
def asof(args):
    """Write the installable library of a chapter, with its native parts compiled: its
    tests then run in the folder as it is."""
    from workshop import native as parts

    book = read_book()
    out = Path(args.out) if args.out else ASOF / args.chapter
    tree = book.asof(args.chapter, out)
    parts.place(parts.build(book, args.chapter, tree), tree)
    say(tree)
    return 0


@told
def run(args):
    """Execute the pages that changed; 1 when a cell fails."""
    from workshop import execute

    say("run: chapters on their own libraries")
    jobs = execute.run(read_book(), args.pages, args.force)
    return execute.report(jobs)


@told
def html(args):
    """Build the pages that changed and print which file to open."""
    from workshop import site

    seconds = site.html()
    say(f"html: built in {seconds:.0f} s; open {relative(site.index_page())}")
    say(f"      file://{site.index_page()}")
    return 0


@told
def serve(args):
    from workshop.serve import serve as keep_serving

    return keep_serving(args.port)


@told
def deep(args):
    from workshop.deep import deep as all_of_it

    return all_of_it(read_book(), args.steps, args.everything)


def lint(args):
    from workshop.lint import lint as all_of_it

    return all_of_it(args.fix)


def bench(args):
    """Run the benchmarks in a process of their own."""
    command = [sys.executable, "-m", "bench.run", *args.groups]
    command += ["--quick"] if args.quick else []
    command += ["--threads", str(args.threads)]
    environment = quiet_environment(PYTHONPATH=ROOT)
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


def doctor(args):
    """The library's own doctor, from the working tree."""
    command = [sys.executable, "-m", "needlebook", "doctor"]
    environment = quiet_environment(PYTHONPATH=ROOT)
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


def clean(args):
    """Remove what commands made; sources and the state of sync stay."""
    made = [BUILD, HTML, BOOK / "_build", ROOT / "dist"]
    made += [ROOT / name for name in (".ruff_cache", ".pytest_cache", ".hypothesis")]
    made += [ROOT / ".venv"] if args.all else []
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)
    for top, folders, files in os.walk(ROOT / "needlebook"):
        for name in folders:
            if name == "__pycache__":
                shutil.rmtree(os.path.join(top, name))
        for name in files:
            if name.endswith((".so", ".pyd")):
                os.remove(os.path.join(top, name))
    (BOOK / "conf.py").unlink(missing_ok=True)
    say("clean: what was built is gone (make book builds it again)")
    return 0
