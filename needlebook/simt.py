# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Kernels on the CPU: run them, check every access, count their traffic."""

import importlib
import linecache
import shutil
import subprocess
import sys
from collections import namedtuple
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .errors import BackendError

BUILDS = {"gpu": "", "sim": "_sim", "check": "_check"}
ROOT = Path(__file__).resolve().parents[1]


def module(name, build="sim"):
    """Return the compiled module `name` as built for "gpu", "sim" or "check".

    Raises BackendError where it is not there, and says how to build it; ValueError for
    another build.
    """
    if build not in BUILDS:
        raise ValueError(f"simt: no build {build!r}; there are {', '.join(BUILDS)}")
    full = f"{__package__}.{name}{BUILDS[build]}"
    try:
        return importlib.import_module(full)
    except ImportError as error:
        raise BackendError(
            f"simt: {full} does not import ({error}); build it with make native"
        ) from error


ORDERS = ("forward", "reverse", "shuffled")
in_force = {}


def set_order(order):
    """Let threads and blocks run "forward", "reverse" or "shuffled", in all modules.

    Raises ValueError for any other word.
    """
    if order not in ORDERS:
        raise ValueError(f"set_order: {order!r} is none of {', '.join(ORDERS)}")
    tell("simt_order", order)


def set_workers(count):
    """Spread the blocks over `count` threads of the operating system, at least 1."""
    tell("simt_workers", max(1, count))


def tell(setting, value):
    """Set something in all modules of simulated kernels, and in those still to come."""
    in_force[setting] = value
    for each in simulators():
        getattr(each, setting)(value)


def settle(module):
    """Set in a module that is just being loaded what is in force; its binding calls."""
    for setting, value in in_force.items():
        getattr(module, setting)(value)


def simulators(suffix=""):
    """Return the loaded modules of simulated kernels whose names end so."""
    return [
        each
        for name, each in sorted(sys.modules.items())
        if name.endswith(suffix) and "simt_counters" in getattr(each, "__dict__", ())
    ]


def counters():
    """Return what all loaded modules counted since their last reset, summed."""
    total = Counts()
    for each in simulators():
        total.add(each.simt_counters())
    return total


def reset(trace=False):
    """Forget counts, findings and traces; from now on record accesses if `trace`."""
    tell("simt_reset", trace)


class Counts(dict):
    """Numbers of launches, accesses, bytes and transactions, also as attributes."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"nothing is counted under {name!r}") from None

    def add(self, other):
        """Add other counts to these, name by name."""
        for name, count in other.items():
            self[name] = self.get(name, 0) + count

    @property
    def load_efficiency(self):
        """Bytes asked for by loads per byte that sectors brought; 1 where no loads."""
        return ratio(self.global_load_bytes, 32 * self.load_sectors)

    @property
    def store_efficiency(self):
        """Bytes handed over by stores per byte of the sectors that they touched."""
        return ratio(self.global_store_bytes, 32 * self.store_sectors)

    def __str__(self):
        rows = [LAUNCHES]
        if self.global_loads:
            rows.append(TRAFFIC.replace("WAY", "load"))
        if self.global_stores:
            rows.append(TRAFFIC.replace("WAY", "store"))
        if self.shared_requests:
            rows.append(SHARED)
        if self.atomics:
            rows.append("atomic: {c.atomics} operations")
        return "\n".join(rows).format(c=self)


LAUNCHES = "launches {c.launches}, blocks {c.blocks}, barriers {c.barriers}"
TRAFFIC = (
    "global: {c.global_WAYs} WAYs, {c.global_WAY_bytes} bytes, "
    "{c.WAY_requests} requests, {c.WAY_sectors} sectors, {c.WAY_efficiency:.0%} used"
)
SHARED = (
    "shared: {c.shared_loads} loads, {c.shared_stores} stores, "
    "{c.shared_requests} requests, {c.bank_conflicts} bank conflicts"
)


def ratio(part, whole):
    return part / whole if whole else 1.0


@dataclass(frozen=True)
class Place:
    """A line of a kernel: the extracted file from the tree's root, and the line."""

    file: str
    line: int

    @property
    def source(self):
        """The text of the line, empty where the file is not here."""
        return linecache.getline(str(ROOT / self.file), self.line).strip()

    def __str__(self):
        return f"{Path(self.file).name}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Finding:
    """What is wrong, where, and with which other access it collides.

    `kind`: "barrier", "race", "out of bounds", "uninitialized", "warp" or "stack".
    `block`, `thread`: indices (x, y, z). `times`: how often at these two places.
    """

    kind: str
    kernel: str
    block: tuple
    thread: tuple
    text: str
    doing: str
    where: Place | None
    other_doing: str
    other: Place | None
    times: int

    def __str__(self):
        rows = [f"{self.kind}: {self.kernel}, block {self.block}: {self.text}"]
        rows += at_place(f"thread {self.thread} {self.doing}", self.where)
        if self.other_doing:
            rows += at_place(self.other_doing, self.other)
        if self.times > 1:
            rows.append(f"  and {self.times - 1} more of these")
        return "\n".join(rows)


def at_place(words, place):
    """One or two indented rows: who does what, at which line of the text."""
    rows = [f"  {words}" + (f", {place}" if place else "")]
    return rows + [f"      {place.source}"] if place and place.source else rows


# `phase`: the barriers before it; `step`: its place among those of its thread there.
Access = namedtuple("Access", "block phase step thread where array byte bytes write")


class Report:
    """What a call returned (`result`), or raised (`error`), and what was seen in it."""

    def __init__(self, result, error, findings, counts, trace):
        self.result, self.error = result, error
        self.findings, self.counts, self.trace = findings, counts, trace

    @property
    def kinds(self):
        """The kinds of the findings, each once, sorted."""
        return sorted({finding.kind for finding in self.findings})

    def __repr__(self):
        shown = [str(finding) for finding in self.findings] or ["nothing found"]
        return "\n".join([*shown, str(self.counts)])


def check(call, *args, trace=False, **kwargs):
    """Call a function that launches kernels of checking builds; return a Report.

    `trace`: the report has each access, too. A kernel that had to be stopped is in the
    findings and does not raise. Any other exception does, and so does a call without a
    launch, with BackendError.
    """
    reset(trace)
    result = error = None
    try:
        result = call(*args, **kwargs)
    except RuntimeError as raised:
        error = raised
    finally:
        report = Report(result, error, *seen())
        if trace:
            reset()
    if error is not None and not report.findings:
        raise error
    if not report.counts.get("launches"):
        raise BackendError(
            "check: no kernel of a checking build was launched; "
            'take the module from simt.module(name, "check")'
        )
    return report


def seen():
    """Return (findings, counts, trace) of the loaded checking builds."""
    findings, counts, traced = [], Counts(), []
    for each in simulators("_check"):
        findings += [finding(each, **found) for found in each.simt_findings()]
        traced += [access(each, *row) for row in each.simt_trace()]
        counts.add(each.simt_counters())
    return findings, counts, traced


def access(module, block, phase, step, thread, where, *rest):
    """An Access, with the line of the text in place of the instruction."""
    return Access(block, phase, step, thread, place(module.__file__, where), *rest)


def finding(module, where, other, **fields):
    """A Finding, with offsets in a module's file replaced by lines of the text."""
    one, two = place(module.__file__, where), place(module.__file__, other)
    return Finding(where=one, other=two, **fields)


@cache
def place(file, offset):
    """The line that an instruction of a compiled file came from, by its debug info.

    Without `addr2line` the place is the offset in the file, with line 0.
    """
    if offset is None:
        return None
    tool = shutil.which("addr2line")
    if tool is not None:
        asked = [tool, "-i", "-e", file, hex(offset)]
        shown = subprocess.run(asked, capture_output=True, text=True).stdout
        for row in shown.splitlines():
            path, _, line = row.split(" ")[0].rpartition(":")
            if "needlebook/native/" in path and "/simt/" not in path and line.isdigit():
                start = path.index("needlebook/native/")
                return Place(path[start:], int(line))
    return Place(f"{Path(file).name}+{offset:#x}", 0)
