"""The pages: `_config.yml` to `conf.py`, then Sphinx with every warning an error.

Sphinx runs in its own process, and its words are told again as `book/page.md:12: …`,
which is where the fault is mended.
"""

import os
import re
import shutil
import subprocess
import sys
import time

from workshop.places import (
    BOOK,
    BUILD,
    HTML,
    ROOT,
    WorkshopError,
    quiet_environment,
    say,
)

DOCTREES = BUILD / "doctrees"
CONF = BOOK / "conf.py"
PLACE = re.compile(r"^(?P<file>[^:\s][^:]*\.\w+)(:(?P<line>\d+))?: (?P<text>.*)$")
LEVEL = re.compile(r"^(WARNING|ERROR|CRITICAL|SEVERE): ")
NOISE = re.compile(r"^(loading|building|updating|reading|looking|preparing|copying)\b")


def environment():
    """Sphinx finds the engine, not the library, and colours nothing."""
    return quiet_environment(
        PYTHONPATH=ROOT / "needlebook" / "_ext",
        NO_COLOR="1",
        MPLCONFIGDIR=BUILD / "matplotlib",
        JUPYTER_NO_CONFIG="1",
    )


def configure():
    """Write `book/conf.py` from `_config.yml` when that changed its content."""
    before = CONF.read_bytes() if CONF.exists() else None
    stamp = CONF.stat() if before is not None else None
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    done = subprocess.run(
        [*command, "config", "sphinx", str(BOOK)],
        capture_output=True,
        text=True,
        env=environment(),
        cwd=ROOT,
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise WorkshopError(f"book/_config.yml: {' '.join(last)}")
    if stamp is not None and CONF.read_bytes() == before:
        os.utime(CONF, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


def html():
    """Build what changed; returns the seconds it took.

    Raises WorkshopError with every warning and its place. The doctrees of a build that
    failed are removed: Sphinx would not repeat its warnings about unchanged pages.
    """
    started = time.perf_counter()
    configure()
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "-n", "--keep-going"]
    command += ["-j", str(min(os.cpu_count() or 1, 4)), "-d", str(DOCTREES)]
    command += [str(BOOK), str(HTML)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    rows = []
    for row in process.stdout:
        rows.append(row.rstrip())
        show_progress(row)
    if process.wait():
        shutil.rmtree(DOCTREES, ignore_errors=True)
        raise WorkshopError(complaints(rows))
    return time.perf_counter() - started


def show_progress(row):
    """One overwritten line on a terminal, the headings of the steps elsewhere."""
    row = row.rstrip()
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print(f"\r{row[:width]:{width}}", end="\r", flush=True)
    elif re.match(r"^(reading sources|writing output).*100%", row):
        say(f"html: {row}")


def complaints(rows):
    """The warnings and errors of Sphinx, each once, as `book/page.md:12: text`."""
    root = f"{ROOT}/"
    found = []
    for row in rows:
        row = re.sub(r"\x1b\[[0-9;]*m", "", row).replace(root, "")
        match = PLACE.match(row)
        text = match["text"] if match else row
        if not LEVEL.match(text) and not row.startswith(("Extension error", "Theme")):
            continue
        place = f"{match['file']}:{match['line'] or 1}: " if match else ""
        found.append(f"{place}{LEVEL.sub('', text)}")
    if not found:
        found = [row.replace(root, "") for row in rows if row.strip()][-15:]
    return "html: the pages were not built\n" + "\n".join(dict.fromkeys(found))


def index_page():
    return HTML / "index.html"
