# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What a rung loads, by formula, and by the count of the checking simulator."""

from math import ceil

import numpy as np

from .. import simt
from . import ladder


def fetches(rows, columns, threads, whole_rounds=False):
    """Return how often each element of a tile is fetched by `threads`, (rows, columns).

    `whole_rounds`: in rows * columns // threads rounds, as the notes have it.
    """
    times = np.zeros((rows, columns), int)
    rounds = (
        rows * columns // threads if whole_rounds else ceil(rows * columns / threads)
    )
    for j in range(rounds):
        for thread in range(threads):
            at = j * threads + thread
            if at < rows * columns:
                times[at // columns, at % columns] += 1
    return times


def global_loads(rung, m, n, k):
    """Return the elements that a product (m, k) by (k, n) loads from global memory.

    Elements outside of the matrices are zeros that nobody loads, and do not count.
    """
    return k * (m * ceil(n / rung.columns) + n * ceil(m / rung.rows))


def shared_loads(rung, m, n, k):
    """Return the reads of its threads from shared memory, of `rung.width` elements.

    Tiles are read whole, with the zeros that stand where a matrix ends.
    """
    if not rung.shared:
        return 0
    blocks = ceil(m / rung.rows) * ceil(n / rung.columns)
    steps = ceil(k / rung.depth) * rung.depth
    reads = (rung.thread_rows + rung.thread_columns) // rung.width
    return blocks * rung.threads * steps * reads


def barriers(rung, m, n, k):
    """Return the barriers of all blocks: two per tile, with two buffers one."""
    if not rung.shared:
        return 0
    blocks = ceil(m / rung.rows) * ceil(n / rung.columns)
    per_tile = 1 if rung.kernel in ("double_buffered", "warp_tile") else 2
    return blocks * per_tile * ceil(k / rung.depth)


def counted(rung, m, n, k, seed=0):
    """Run a rung in the checking build on random matrices; return simt.Counts.

    Raises AssertionError where the product is wrong or a finding is reported.
    """
    rng = np.random.default_rng(seed)
    a, b = (rng.normal(size=shape).astype("float32") for shape in ((m, k), (k, n)))
    given = np.ascontiguousarray(a.T) if rung.transposed else a
    report = simt.check(ladder.product, rung, given, b, build="check")
    assert not report.findings, report
    np.testing.assert_allclose(report.result, a @ b, atol=1e-4 * k)
    return report.counts


def elements(counts):
    """Return the float32 elements that were loaded from global memory."""
    return counts.global_load_bytes // 4


def words_of_warps(rung, m, n, k):
    """Return the different words of each shared read of a warp, summed over all reads.

    From a trace of the checking build; lanes that want the same word count once.
    """
    a, b = np.ones((m, k), "float32"), np.ones((k, n), "float32")
    ladder.module("check")  # loaded before the trace begins
    report = simt.check(ladder.product, rung, a, b, build="check", trace=True)
    words = set()
    for read in report.trace:
        if read.array in ("ta", "tb") and not read.write:
            warp = read.thread // 32
            where = read.block, read.phase, warp, read.step, read.array
            words.update((where, read.byte + i) for i in range(0, read.bytes, 4))
    return len(words)


def moved(kernel, x):
    """Run a kernel on a matrix x in the checking build; return simt.Counts.

    Raises AssertionError where a finding is reported.
    """
    report = simt.check(ladder.move, kernel, x, build="check")
    assert not report.findings, report
    return report.counts
