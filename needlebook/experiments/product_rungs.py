# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How fast each rung of the ladder is, and what it loads (L11.12, L11.14 to L11.25)."""

from statistics import median
from time import perf_counter

import numpy as np

from .. import ladder
from ..ladder import costs


def products():
    """Return name -> function of (A, B), from the first rung to NumPy."""

    def rung(name, v1, v2):
        return lambda A, B: ladder.run(name, A, B, v1, v2)

    found = {name: rung(*choice) for name, choice in ladder.RUNGS.items()}
    return {**found, "NumPy": np.matmul}


def loads(m=336, n=48, p=96):
    """Yield (name, predicted, counted Loads) of each rung; its tiles divide 336, 96."""
    A, B = np.ones((m, n), np.float32), np.ones((n, p), np.float32)
    for name, (rung, v1, v2) in ladder.RUNGS.items():
        predicted = ladder.Loads(*costs.predicted(rung, m, n, p, v1, v2))
        yield name, predicted, ladder.count(rung, A, B, v1, v2)


def speeds(A, B, repeats=5):
    """Return name -> GFLOP/s: medians of alternated turns, each after a warm-up."""
    functions = products()
    times = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            function(A, B)
            start = perf_counter()
            function(A, B)
            times[name].append(perf_counter() - start)
    operations = 2 * A.shape[0] * A.shape[1] * B.shape[1]
    return {name: operations / median(spent) / 1e9 for name, spent in times.items()}
