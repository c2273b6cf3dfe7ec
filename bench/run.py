"""`make bench`: measure every case, print the goal beside each figure, keep the table.

The table goes to `book/measurements/<date>-<group>.csv`, where the chapters read it.
"""

import argparse
import csv
import datetime
import importlib
import os
import platform
import sys
from pathlib import Path

HERE = Path(__file__).parent
MEASUREMENTS = HERE.parent / "book" / "measurements"
LIBRARY = {"__init__", "harness", "run"}
COLUMNS = [
    *("date", "group", "case", "against", "ours_us", "theirs_us", "ratio", "goal"),
    *("aim", "verdict", "repeats", "threads", "python", "numpy", "other", "processor"),
]

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", help="files of bench/, else all")
    parser.add_argument("--quick", action="store_true", help="5 repeats, not stored")
    parser.add_argument(
        "--threads", type=int, default=1, metavar="N", help="of each side (default: 1)"
    )
    args = parser.parse_args(argv)
    if args.threads < 1:
        parser.error(f"--threads {args.threads}: at least one thread has to work")
    os.environ.update(dict.fromkeys(THREADS, str(args.threads)))
    groups = args.groups or sorted(
        path.stem for path in HERE.glob("*.py") if path.stem not in LIBRARY
    )
    unknown = [name for name in groups if not (HERE / f"{name}.py").exists()]
    if unknown:
        print(f"bench: no file bench/{unknown[0]}.py", file=sys.stderr)
        return 2
    for group in groups:
        importlib.import_module(f"bench.{group}")
    results = race(groups, 5 if args.quick else 25, args.threads)
    if not args.quick:
        for group in groups:
            rows = [row for row in results if row.case.group == group]
            store(group, rows, args.threads)
    return 1 if any(row.verdict == "misses the goal" for row in results) else 0


def race(groups, repeats, threads=1):
    """Measure the cases of these groups, a line as soon as each is known.

    Medians of one thread. Of several the best, after a rest: all of them have a core to
    themselves in some turns only.
    """
    from bench.harness import CASES, measure

    cases = [case for case in CASES if case.group in groups]
    width = max((len(case.name) for case in cases), default=4)
    print(f"{'case':{width}}  {'ours µs':>10} {'theirs µs':>10} {'ratio':>6} ", end="")
    print(f"{'goal':>6} {'aim':>6}  against")
    results = []
    for case in cases:
        several = {} if threads == 1 else {"summary": min, "rest": 0.05}
        result = measure(case, repeats, **several)
        results.append(result)
        aim = "" if case.aim is None else f"{case.aim:.2f}"
        print(
            f"{case.name:{width}}  {result.ours:10.2f} {result.theirs:10.2f} "
            f"{result.ratio:6.2f} {case.goal:6.2f} {aim:>6}  {case.against}: "
            f"{result.verdict}",
            flush=True,
        )
    return results


def store(group, results, threads=1):
    """The measured cases of a group as a dated file that the chapters can read."""
    measured = [result for result in results if not result.missing]
    if not measured:
        return
    MEASUREMENTS.mkdir(exist_ok=True)
    today = datetime.date.today().isoformat()
    several = "" if threads == 1 else f"-{threads}-threads"
    path = MEASUREMENTS / f"{today}-{group}{several}.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row(today, result, threads) for result in measured)
    print(f"bench: kept as book/measurements/{path.name}")


def row(today, result, threads):
    case = result.case
    return {
        "date": today,
        "group": case.group,
        "case": case.name,
        "against": case.against,
        "ours_us": f"{result.ours:.4g}",
        "theirs_us": f"{result.theirs:.4g}",
        "ratio": f"{result.ratio:.3g}",
        "goal": case.goal,
        "aim": "" if case.aim is None else case.aim,
        "verdict": result.verdict,
        "repeats": result.repeats,
        "threads": threads,
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "other": f"torch {version('torch')}" if "torch" in sys.modules else "",
        "processor": processor(),
    }


def version(name):
    return getattr(sys.modules.get(name), "__version__", "")


def processor():
    """The processor's own name, with the number of cores that we may use."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        names = [line for line in text.splitlines() if line.startswith("model name")]
        name = names[0].split(":", 1)[1].strip()
    except (OSError, IndexError):
        name = platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores"


if __name__ == "__main__":
    sys.exit(main())
