"""`make gpu-verify`: build, check and time the kernels on the GPU of this machine.

Needs nvcc, NumPy and pybind11, no network and no `.venv`. Every figure is written to
`book/measurements/<date>-gpu.csv` as soon as it is known; the last thing printed is a
table. Ends with status 0 if every check passed, every goal was reached, and there was
time for all of it.
"""

import argparse
import csv
import datetime
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path

from .building import ROOT, CannotRun, build, demand_device

OVER = "not run: the time is over"
COLUMNS = [
    *("date", "kind", "case", "value", "unit", "share", "of", "goal", "verdict"),
    *("device", "compiler", "commit"),
]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=("cuda", "sim"), default="cuda")
    parser.add_argument("--only", choices=("check", "time"))
    parser.add_argument("--small", action="store_true", help="sizes for a simulator")
    parser.add_argument("--out", type=Path, help="folder for the figures")
    parser.add_argument(
        "--seconds", type=float, default=450, help="when to stop, build included"
    )
    args = parser.parse_args(argv)
    end = time.monotonic() + args.seconds
    try:
        device, compiler = ready(args.device)
    except CannotRun as why:
        print(f"gpu-verify: {why}", file=sys.stderr)
        return 1
    on_gpu = args.device == "cuda"
    out = args.out or (ROOT / "book" / "measurements" if on_gpu else None)
    report = Report(out, device.mod.describe(), compiler)
    small = args.small or not on_gpu
    with report:
        if args.only != "time":
            check(device, small, end, report)
        if args.only != "check" and not report.failed:
            measure(device, small, end, report, goals=on_gpu)
    report.show()
    return 1 if report.failed or report.missed or report.left else 0


def ready(name):
    """Return the device and the compiler's version, built if need be."""
    if name == "cuda":
        demand_device()
        try:
            compiler = f"nvcc {build()}"
        except ImportError as error:
            raise CannotRun(
                f"{error.name} is missing: pip install {error.name}"
            ) from None
    else:
        compiler = "the simulator's"
    from needlebook import array

    device = array.cuda() if name == "cuda" else array.cuda_sim()
    if not device.enabled():
        raise CannotRun(f"{device}: {device.why_missing}")
    return device, compiler


class Report:
    """Rows on the screen and, where `folder` is given, in a file, one at a time."""

    def __init__(self, folder, device, compiler):
        self.rows, self.failed, self.missed, self.left = [], 0, 0, 0
        self.file = None
        commit = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
        try:
            found = subprocess.run(
                commit, capture_output=True, text=True
            ).stdout.strip()
        except OSError:
            found = ""
        today = datetime.date.today().isoformat()
        self.common = {
            "date": today,
            "device": device,
            "compiler": compiler,
            "commit": found or "unknown",
        }
        self.path = folder and Path(folder) / f"{today}-gpu.csv"

    def __enter__(self):
        if self.path:
            self.file = open(self.path, "w", encoding="utf-8", newline="")
            self.writer = csv.DictWriter(self.file, COLUMNS)
            self.writer.writeheader()
        return self

    def __exit__(self, *_):
        if self.file:
            self.file.close()

    def add(self, kind, **values):
        """Keep one row and print it."""
        row = {"kind": kind, **values, **self.common}
        for name in ("value", "share"):
            if isinstance(row.get(name), float):
                row[name] = f"{row[name]:.4g}"
        self.rows.append(row)
        self.failed += row["verdict"] == "failed"
        self.missed += row["verdict"] == "misses the goal"
        self.left += row["verdict"] == OVER
        if self.file:
            self.writer.writerow(row)
            self.file.flush()
        print(line(row), flush=True)

    def show(self):
        """Print all rows once more as a table, and where they were kept."""
        print(f"\n{self.common['device']}; {self.common['compiler']}")
        for row in self.rows:
            print(line(row))
        done = (
            f"{len(self.rows)} rows, {self.failed} failed, {self.missed} goals missed"
        )
        done += f", {self.left} not run for want of time" if self.left else ""
        print(done + (f"; kept in {self.path}" if self.path else ""))


def line(row):
    value = f"{row.get('value', '')} {row.get('unit', '')}".strip()
    share = f"{row['share']} of {row['of']}" if row.get("share") else ""
    goal = f"goal {row['goal']}" if row.get("goal") else ""
    return (
        f"{row['case']:<34}{value:>16}  {share:<34}{goal:<10}{row['verdict']}".rstrip()
    )


def check(device, small, end, report):
    """Run every check until the time is over."""
    from .checks import Checks, NotHere

    for name, work in Checks(device, small).all():
        start = time.monotonic()
        if start > end:
            report.add("check", case=name, verdict=OVER)
            continue
        try:
            work()
            verdict = "passed"
        except NotHere as why:
            verdict = f"not run: {why}"
        except Exception:
            traceback.print_exc()
            verdict = "failed"
        seconds = time.monotonic() - start
        report.add("check", case=name, value=seconds, unit="s", verdict=verdict)


def measure(device, small, end, report, goals=True):
    """Time what has a goal, and what the page tells, until the time is over.

    Without `goals` nothing can be missed: a simulator's times mean nothing.
    """
    from .timings import Timings

    try:
        for row in Timings(device, small).all():
            goal, share = row["goal"] if goals else None, row["share"]
            verdict = "measured"
            if goal is not None and share is not None:
                verdict = "reaches the goal" if share >= goal else "misses the goal"
            report.add("time", **row | {"goal": goal}, verdict=verdict)
            if time.monotonic() > end:
                report.add("time", case="the rest", verdict=OVER)
                return
    except Exception:
        traceback.print_exc()
        report.add("time", case="the timings", verdict="failed")
    climb(device.name, small, end, report)


def climb(name, small, end, report):
    """Check and time every rung of the chapter's ladder, where it is in this tree."""
    try:
        from needlebook.gpu import timed
    except ImportError:
        return
    build, repeats = "gpu" if name == "cuda" else "sim", 1 if small else 20
    try:
        for size in (20,) if small else (256, 1024, 4096):
            for kind, case, value, unit in timed.cases(size, build, repeats):
                report.add(kind, case=case, value=value, unit=unit, verdict="measured")
                if time.monotonic() > end:
                    report.add(kind, case="the rest", verdict=OVER)
                    return
    except Exception:
        traceback.print_exc()
        report.add("ladder", case="the ladder", verdict="failed")


if __name__ == "__main__":
    os.environ["NEEDLEBOOK_BACKEND"] = "nd"  # the arrays that have devices
    sys.exit(main())
