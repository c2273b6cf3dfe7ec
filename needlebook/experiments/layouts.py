# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What a layout costs: lines of a cache that are fetched, and time."""

import time
from collections import OrderedDict
from math import prod

import numpy as np

LINE = 16  # float32 in 64 bytes


def fetches(shape, strides, lines):
    """Return lines fetched per element when a view is read row by row.

    The cache keeps `lines` lines of 64 bytes and drops the one unused for longest.
    """
    kept, count = OrderedDict(), 0
    for index in np.ndindex(shape):
        line = sum(i * stride for i, stride in zip(index, strides)) // LINE
        if line in kept:
            kept.move_to_end(line)
            continue
        count += 1
        kept[line] = None
        if len(kept) > lines:
            kept.popitem(last=False)
    return count / prod(shape)


def views(n, gap=LINE):
    """Return one n x n matrix in three layouts, NumPy views that are equal."""
    numbers = np.random.default_rng(0).random((n, n), dtype="float32")
    wide = np.zeros((n, n + gap), dtype="float32")
    wide[:, :n] = numbers.T
    return {
        "rows": numbers,
        "columns": np.ascontiguousarray(numbers.T).T,
        f"columns, {gap} apart": wide[:, :n].T,
    }


def fastest(function, repeats=5):
    """Return the seconds of the fastest of some calls."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def copy_and_sum(view):
    """Return the seconds to copy a view into rows and add up, and the sum."""
    out = np.empty(view.shape, view.dtype)

    def work():
        np.copyto(out, view)
        return out.sum()

    return fastest(work), float(work())


def strided_against_compact(n, uses):
    """Return seconds of `uses` products a * a of a transposed n x n array: as a view,
    and with compact() first."""
    from needlebook.array import NDArray

    a = NDArray(np.random.default_rng(1).random((n, n), dtype="float32")).T

    def compacted():
        whole = a.compact()
        return [whole * whole for _ in range(uses)]

    return fastest(lambda: [a * a for _ in range(uses)], 3), fastest(compacted, 3)
