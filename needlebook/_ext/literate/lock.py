"""One process at a time: a lock that the system frees when its holder dies."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .problems import one

STATE = ".literate"


@contextmanager
def locked(root: Path, patience: float = 60.0) -> Iterator[None]:
    """Hold the lock of a checkout; wait for another run, at most `patience` seconds."""
    path = Path(root) / STATE / "lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("a+b") as file:
        deadline = time.monotonic() + patience
        while not _try_lock(file):
            if time.monotonic() > deadline:
                raise one(f"{STATE}/lock", "another run holds the lock", "wait for it")
            time.sleep(0.05)
        yield


def _try_lock(file) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
