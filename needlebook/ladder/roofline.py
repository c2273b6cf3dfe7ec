# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What this machine can do at most, and where a kernel stands under that roof."""

from time import perf_counter
from typing import NamedTuple

import numpy as np

from ..manual.native import require


class Roof(NamedTuple):
    """Peak in GFLOP/s and memory bandwidth in GB/s, of one thread."""

    peak: float
    bandwidth: float

    def at(self, intensity):
        """The most GFLOP/s at this many operations a byte."""
        return np.minimum(self.peak, self.bandwidth * np.asarray(intensity))


def rate(function, repeats=5):
    """Return what function() counts per second, in billions, the best of `repeats`."""
    best = 0.0
    for _ in range(repeats):
        start = perf_counter()
        counted = function()
        best = max(best, counted / (perf_counter() - start) / 1e9)
    return best


def peak(steps=200_000):
    """Return GFLOP/s of multiply-adds in registers, with the set that is in use."""
    return rate(lambda: require("_matmul_ladder").multiply_adds(steps), repeats=9)


def measure(elements=2**23, steps=200_000):
    """Return the Roof: multiply-adds in registers, and a = b + 3 c on large arrays."""
    arrays = [np.ones(elements, np.float32) for _ in range(3)]
    triad = require("_matmul_ladder").triad
    return Roof(peak(steps), rate(lambda: triad(*arrays)))


def kernels(elements=2**23, n=240):
    """Yield (name, operations a byte, function, operations) for the roofline.

    Bytes are the least that the result needs: each operand read once, the result
    written once. `exp` counts as 21 operations, those of its formula without the
    clamps. The first three are the kernels of the cpu device on `elements` numbers,
    the others rungs on n x n matrices.
    """
    from .rungs import RUNGS, run

    native = require("ndarray_backend_cpu")
    x, y, out, one = (native.Array(size) for size in (elements,) * 3 + (1,))
    native.fill(x, 0.5)
    native.fill(y, 2.0)
    yield "add", 1 / 12, lambda: native.ewise_add(x, y, out), elements
    yield "sum", 1 / 4, lambda: native.reduce_sum(x, one, elements), elements
    yield "exp", 21 / 8, lambda: native.ewise_exp(x, out), 21 * elements
    A, B = np.random.default_rng(0).normal(size=(2, n, n)).astype("float32")
    for name, (rung, v1, v2) in RUNGS.items():

        def product(rung=rung, v1=v1, v2=v2):
            return run(rung, A, B, v1, v2)

        yield name, 2 * n**3 / (12 * n**2), product, 2 * n**3


def transpose_bandwidth(side=2048):
    """Return GB/s of compacting a transposed matrix, which makes no operation."""
    native = require("ndarray_backend_cpu")
    X, out = native.Array(side * side), native.Array(side * side)
    native.fill(X, 1.0)

    def copy():
        native.compact(X, out, (side, side), (1, side), 0)
        return 2 * 4 * side * side

    return rate(copy, repeats=3)
