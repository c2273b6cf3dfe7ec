# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What this machine's memory, vectors and threads do (L11.2, L11.4, L11.10, L11.13)."""

import ast
import os
import statistics
import subprocess
import sys
import time

import numpy as np

from needlebook.manual.native import require


def ratio(one, other, repeats=15, calls=1):
    """Time of `one` over the time of `other`: the median of alternated turns."""
    found = []
    for repeat in range(-2, repeats):
        sides = [one, other] if repeat % 2 else [other, one]
        times = {side: seconds(side, calls) for side in sides}
        if repeat >= 0:
            found.append(times[one] / times[other])
    return statistics.median(found)


def seconds(function, calls=1):
    """Seconds for `calls` calls of a function without arguments."""
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return time.perf_counter() - start


def at_offset(count, offset, rng):
    """Return random numbers on the device, `offset` bytes behind a multiple of 64."""
    backend = require("ndarray_backend_cpu")
    room = np.empty(4 * count + 128, np.uint8)
    start = -room.ctypes.data % 64 + offset
    numbers = room[start : start + 4 * count].view(np.float32)
    numbers[:] = rng.normal(size=count)
    return backend.Array(count, numbers)


def cost_of_misalignment(count, seed=0):
    """Time of an addition with all arrays 4 bytes off a line over that with none."""
    backend, rng = require("ndarray_backend_cpu"), np.random.default_rng(seed)
    on, off = ([at_offset(count, by, rng) for _ in range(3)] for by in (0, 4))
    calls = max(1, 200_000 // count)
    return ratio(
        lambda: backend.ewise_add(*off), lambda: backend.ewise_add(*on), calls=calls
    )


def pages_touched(limit, mib=1, times=20):
    """Page faults of making and filling an array of `mib` MiB several times, with at
    most `limit` MiB kept by the pool."""
    import resource

    backend = require("ndarray_backend_cpu")
    before = backend.pool_counters()["limit"]
    backend.set_pool_limit(0)
    backend.set_pool_limit(limit << 20)
    try:
        start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(times):
            backend.fill(backend.Array(mib << 18), 1.0)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - start
    finally:
        backend.set_pool_limit(before)


def cycle(places, rng):
    """Return one random cycle through all `places`: next[i] is where to go from i.

    Places are 64 bytes apart, a line each: the index counts numbers of 8 bytes.
    """
    order = rng.permutation(places) * 8
    next_place = np.zeros(places * 8, np.int64)
    next_place[order] = np.roll(order, -1)
    return next_place


def latency(size, seed=0, steps=200_000, repeats=3):
    """Nanoseconds of one load that needs the one before, within `size` bytes."""
    chase = require("_machine_probes").chase
    places = cycle(max(size // 64, 1), np.random.default_rng(seed))
    place, best = chase(places, min(len(places) // 8, 100_000))[0], np.inf
    for _ in range(repeats):
        place, took = chase(places, steps, place)
        best = min(best, took)
    return best / steps * 1e9


def speedup(function, threads=2, repeats=9):
    """Time on one thread over the time on several: the best of alternated turns."""
    backend = require("ndarray_backend_cpu")
    before, best = backend.get_threads(), {}
    try:
        for _ in range(repeats):
            for count in (1, threads):
                backend.set_threads(count)
                best[count] = min(best.get(count, np.inf), seconds(function))
    finally:
        backend.set_threads(before)
    return best[1] / best[threads]


def speedups(count=1_000_000, threads=2):
    """What a second thread gains on three kernels, by their names."""
    backend = require("ndarray_backend_cpu")
    a, out, total = backend.Array(count), backend.Array(count), backend.Array(1)
    backend.fill(a, 0.5)
    kernels = {
        "tanh": lambda: backend.ewise_tanh(a, out),
        "add": lambda: backend.ewise_add(a, a, out),
        "sum": lambda: backend.reduce_sum(a, total, count),
    }
    return {name: speedup(kernel, threads) for name, kernel in kernels.items()}


def speedups_when(policy):
    """`speedups` in a new process whose idle threads are "active" or "passive", or
    wait as the library lets them ("ours")."""
    code = "from needlebook.experiments import cpu_machine as m; print(m.speedups())"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    env.pop("GOMP_SPINCOUNT", None)  # it would overrule the policy
    env.pop("OMP_WAIT_POLICY", None)
    if policy != "ours":
        env["OMP_WAIT_POLICY"] = policy
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return ast.literal_eval(done.stdout)


def cost_of_sharing(threads=2, rounds=2_000_000, repeats=7):
    """Time of counting in one line over that in lines of its own for each thread."""
    count = require("_machine_probes").count_apart
    near = min(count(threads, 8, rounds) for _ in range(repeats))
    return near / min(count(threads, 256, rounds) for _ in range(repeats))
