"""`make gpu-sanitize`: the checks, small, under each tool of compute-sanitizer."""

import os
import shutil
import subprocess
import sys
import tempfile

from .building import CannotRun, build, demand_device, nvcc

TOOLS = ("memcheck", "racecheck", "initcheck", "synccheck")
FOUND = 9
SECONDS = 110  # for each tool, so that all end within eight minutes
VERDICTS = {
    0: "nothing found",
    1: "a check failed or was not run for want of time, see above",
    FOUND: "found something",
    None: "stopped: it did not end",
}


def main():
    try:
        demand_device()
        beside = os.path.dirname(nvcc())
        tool = shutil.which("compute-sanitizer") or shutil.which(
            "compute-sanitizer", path=beside
        )
        if not tool:
            raise CannotRun(f"no compute-sanitizer on the PATH or in {beside}")
        build()
    except (CannotRun, ImportError) as why:
        print(f"gpu-sanitize: {why}", file=sys.stderr)
        return 1
    checks = [sys.executable, "-m", "bench.gpu.verify", "--only", "check", "--small"]
    options = ["--error-exitcode", str(FOUND), "--print-limit", "20"]
    checks += ["--seconds", str(SECONDS)]
    results = {}
    with tempfile.TemporaryDirectory() as out:
        for name in TOOLS:
            print(f"compute-sanitizer --tool {name}", flush=True)
            command = [tool, "--tool", name, *options, *checks, "--out", out]
            try:
                code = subprocess.run(command, timeout=2 * SECONDS).returncode
            except subprocess.TimeoutExpired:
                code = None
            results[name] = code
    for name, code in results.items():
        print(f"{name:<12}{VERDICTS.get(code, f'ended with status {code}')}")
    return int(any(code != 0 for code in results.values()))


if __name__ == "__main__":
    sys.exit(main())
