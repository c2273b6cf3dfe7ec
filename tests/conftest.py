"""The rules of the suite.

A test of the library says from which chapter on it holds, `pytest.mark.since("3a")`,
and, where a later chapter takes back what it tests, `pytest.mark.until("9")`. In the
tree of a chapter (`[tool.needlebook] chapter` in its `pyproject.toml`) only the tests
that hold there are collected; in the finished library all but those that ended.
The suite runs in one of two modes, that of the library: `np` (arrays of NumPy, float64)
or `nd` (arrays of our own, float32). A test that holds in one of them alone carries its
name as a marker; `tests/closeness.py` says how close is equal in each.
`deep` tests and Hypothesis at full size run with `--deep`, as do `browser` tests.
`--device cuda_sim` puts all arrays that name no device there (mode `nd`).
"""

import json
import os
import re
import shutil
import tomllib
from functools import cache
from pathlib import Path

import pytest

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("MPLBACKEND", "agg")

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ROOT / "needlebook" / "_ext"
LECTURES = ["3a", "3b", *map(str, range(4, 13))]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MARKERS = (
    "since(chapter): holds from the end of this chapter on",
    "until(chapter): holds up to the end of the chapter before this one",
    "stored(pattern): reads a file of book/measurements, which no chapter's tree has",
    "deep: runs with --deep (make test-deep)",
    "browser: needs a Chromium, runs with --deep",
    "native: exercises compiled code, runs again under the sanitizers",
    "gpu: needs a GPU",
    "np: holds in the NumPy mode only (float64, NumPy arrays inside)",
    "nd: holds where Tensor runs on NDArray only",
)


def pytest_addoption(parser):
    parser.addoption("--deep", action="store_true", help="deep and browser tests too")
    parser.addoption("--device", help="where arrays live that name no device")
    parser.addoption(
        "--new-draws", action="store_true", help="examples that no other run has drawn"
    )


def pytest_configure(config):
    choose_device(config.getoption("--device"))
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    load_hypothesis(config.getoption("--deep"), config.getoption("--new-draws"))


def choose_device(name):
    """Make `name` the default device, here and in the processes that tests start."""
    if not name:
        return
    if mode() != "nd":
        raise pytest.UsageError("--device: NumPy's arrays have no devices; use nd")
    os.environ["NEEDLEBOOK_DEVICE"] = name
    from needlebook.array import default_device
    from needlebook.errors import BackendError

    try:
        default_device()
    except BackendError as error:
        raise pytest.UsageError(f"--device: {error}") from None


def load_hypothesis(deep, new_draws):
    """Small by default, full size with `--deep`; repeatable without `--new-draws`.

    A machine that has no Hypothesis runs the modules that draw nothing.
    """
    try:
        from hypothesis import HealthCheck, settings
    except ImportError:
        return
    slow = [HealthCheck.too_slow]
    settings.register_profile(
        "small",
        max_examples=25,
        derandomize=not new_draws,
        deadline=None,
        suppress_health_check=slow,
    )
    settings.register_profile(
        "full",
        max_examples=400,
        derandomize=not new_draws,
        print_blob=True,
        deadline=None,
        suppress_health_check=slow,
    )
    settings.load_profile("full" if deep else "small")


@cache
def tree_chapter():
    """The chapter whose tree this is; None in the working tree of the book."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        table = tomllib.load(file)
    return table.get("tool", {}).get("needlebook", {}).get("chapter")


@cache
def last_chapter():
    """The last chapter of this tree: its own, or the last that the book has."""
    pages = [path.name for path in (ROOT / "book").glob("[01][0-9]*_*.md")]
    names = [re.match(r"0?(\d+[ab]?)", name)[1] for name in pages]
    return tree_chapter() or max(names, key=chapter_index, default=LECTURES[-1])


def chapter_index(chapter):
    """The place of a chapter in the order of the lectures."""
    if chapter not in LECTURES:
        raise pytest.UsageError(f"{chapter!r} is no chapter; they are {LECTURES}")
    return LECTURES.index(chapter)


def holds(item):
    """Whether a test holds in this tree, by its markers.

    A tree of a chapter has no test without a first chapter; the working tree has.
    """
    if any(item.get_closest_marker(other) for other in {"np", "nd"} - {mode()}):
        return False
    at = chapter_index(last_chapter())
    since = [chapter_index(mark.args[0]) for mark in item.iter_markers("since")]
    until = [chapter_index(mark.args[0]) for mark in item.iter_markers("until")]
    if tree_chapter() and (not since or max(since) > at):
        return False
    if tree_chapter() and not all(map(stored, item.iter_markers("stored"))):
        return False
    return all(at < end for end in until)


@cache
def mode():
    """The mode of the library: as the environment asks, else that of the chapter."""
    asked = os.environ.get("NEEDLEBOOK_BACKEND") or os.environ.get("NEEDLE_BACKEND")
    here = chapter_index(last_chapter()) >= chapter_index("11")
    return asked or ("nd" if here else "np")


def stored(mark):
    """Whether the measurements that a test reads are here."""
    return any((ROOT / "book" / "measurements").glob(mark.args[0]))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Leave out what does not hold here, and what only `--deep` runs."""
    deep = config.getoption("--deep")
    kept, left_out = [], []
    for item in items:
        asked = deep or not any(map(item.get_closest_marker, ("deep", "browser")))
        (kept if asked and holds(item) else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def pytest_ignore_collect(collection_path):
    """Modules of later chapters are not even imported in an earlier tree: what they
    import is not there yet. The marks are read from the text of the module."""
    here = tree_chapter()
    is_module = collection_path.name.startswith("test_") and collection_path.is_file()
    if here is None or not is_module:
        return None
    text = collection_path.read_text(encoding="utf-8")
    module = re.search(r"^pytestmark\b.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    since = re.findall(r"since\(\s*[\"'](\w+)[\"']", module[0]) if module else []
    later = any(chapter_index(chapter) > chapter_index(here) for chapter in since)
    return True if later or not since else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Name the places in the book in failures; turn skips into failures on demand."""
    report = yield
    if report.failed and call.excinfo is not None:
        places = places_in_book(call.excinfo)
        if places:
            report.sections.append(("Written in the book", "\n".join(places)))
    if report.skipped and not hasattr(report, "wasxfail") and skips_fail():
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if "GPU" not in str(reason):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped, which fails here: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """A module that skips itself at import fails too where skips are failures."""
    report = yield
    if report.outcome == "skipped" and skips_fail():
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if "GPU" not in str(reason):
            report.outcome = "failed"
            report.longrepr = f"{collector.nodeid} skipped itself: {reason}"
    return report


def skips_fail():
    return os.environ.get("NEEDLEBOOK_NO_SKIPS") == "1"


def places_in_book(excinfo):
    """`needlebook/autograd.py:12  book/05_….md:34 (block)` for each library frame."""
    rows = []
    for entry in excinfo.traceback:
        path = Path(str(entry.path))
        if path.is_relative_to(ROOT / "needlebook"):
            inside, line = path.relative_to(ROOT).as_posix(), entry.lineno + 1
            for first, last, page, start, block in source_map().get(inside, []):
                if first <= line <= last:
                    place = f"{page}:{start + line - first}"
                    rows.append(f"{inside}:{line}  {place} ({block})")
    return rows


@cache
def source_map():
    """Which lines of which page wrote the files: as stored in a chapter's tree, as
    the engine reads it in the working tree; empty while the book cannot be read."""
    stored = ROOT / ".literate-map.json"
    if stored.exists():
        return json.loads(stored.read_text(encoding="utf-8"))["files"]
    try:
        from literate import Book, LiterateError, sourcemap
    except ImportError:
        return {}
    try:
        return sourcemap.of(Book.read(ROOT).assemble())
    except LiterateError:
        return {}


@pytest.fixture(scope="session")
def chromium():
    """The path of a Chromium for tests marked `browser`; skips where there is none."""
    named = os.environ.get("NEEDLEBOOK_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if not found:
        pytest.skip("no Chromium on this machine; on Debian: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def browser(chromium):
    """One Chromium for the session."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()
