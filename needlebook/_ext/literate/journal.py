"""Write a set of files so that a kill at any moment loses nothing.

The journal keeps what is to be written, and what stood there, before the first file is
touched. Each file goes through a temporary one and a rename. A run that finds a journal
finishes it; a file that someone edited in the meantime is left as it is, and so is the
base, so that the next comparison is with the state from before.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from .lock import STATE
from .problems import LiterateError, Problem

JOURNAL = f"{STATE}/journal.json"
Plan = dict[str, bytes | None]


def commit(root: Path, plan: Plan, read: Plan, last: str) -> None:
    """Write the files of a plan, None deletes; `last` is the one written at the end.

    `read` is what each file held when the plan was made: where a file holds something
    else by now, nothing is written.
    """
    moved = [path for path in plan if path in read and _now(root, path) != read[path]]
    if moved:
        raise LiterateError(
            [Problem(path, "changed while sync ran", "run it again") for path in moved]
        )
    entries = [
        {"path": path, "before": _pack(_now(root, path)), "after": _pack(data)}
        for path, data in plan.items()
        if path != last
    ]
    entries.append({"path": last, "before": None, "after": _pack(plan[last])})
    if len(entries) > 1:
        put(root / JOURNAL, json.dumps(entries).encode())
    for entry in entries:
        _write(root, entry)
    (root / JOURNAL).unlink(missing_ok=True)


def recover(root: Path) -> list[str]:
    """Finish what a killed run began; returns what was done, in words."""
    try:
        entries = json.loads((root / JOURNAL).read_bytes())
    except (OSError, ValueError):
        return []
    for entry in entries:
        _temporary(root / entry["path"]).unlink(missing_ok=True)
    known = [(_pack(_now(root, entry["path"])), entry) for entry in entries[:-1]]
    edited = [e["path"] for now, e in known if now not in (e["before"], e["after"])]
    if not edited:
        for entry in entries:
            _write(root, entry)
    (root / JOURNAL).unlink()
    if edited:
        names = ", ".join(edited)
        return [f"a run was cut short, and {names} edited since: starting over"]
    return ["finished a run that was cut short"]


def put(path: Path, data: bytes) -> None:
    """Write a file through a temporary one: it is the old or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        os.chmod(temporary, path.stat().st_mode & 0o777)
    os.replace(temporary, path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.literate-new")


def _write(root: Path, entry: dict) -> None:
    path = root / entry["path"]
    if entry["after"] is not None:
        put(path, base64.b64decode(entry["after"]))
        return
    path.unlink(missing_ok=True)
    if path.parent != root and path.parent.is_dir() and not any(path.parent.iterdir()):
        path.parent.rmdir()


def _now(root: Path, path: str) -> bytes | None:
    try:
        return (root / path).read_bytes()
    except OSError:
        return None


def _pack(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()
