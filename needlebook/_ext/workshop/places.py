"""Where things are, and how commands speak."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BOOK = ROOT / "book"
BUILD = ROOT / "build"
EXECUTED = BUILD / "executed"
ASOF = BUILD / "asof"
NATIVE = BUILD / "native"
HTML = BUILD / "html"

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class WorkshopError(Exception):
    """A step that failed, told in a way that needs no traceback."""


def say(*words):
    print(*words, flush=True)


def complain(*words):
    print(*words, file=sys.stderr, flush=True)


def relative(path):
    """The path as a reader of the repository types it."""
    try:
        return Path(path).resolve().relative_to(ROOT).as_posix()
    except ValueError:
        return str(path)


def quiet_environment(**more):
    """The environment of everything that is executed: one thread, one language."""
    left_out = ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP")
    values = {name: text for name, text in os.environ.items() if name not in left_out}
    values.update(dict.fromkeys(THREADS, "1"))
    values.update(PYTHONHASHSEED="0", PYTHONUTF8="1", LANG="C.UTF-8", LC_ALL="C.UTF-8")
    values.update({name: str(text) for name, text in more.items()})
    return values


def write_atomically(path, text):
    """Write through a neighbour and a rename, so that nobody reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
