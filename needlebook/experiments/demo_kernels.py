# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Small kernels on the CPU: what they compute, where they fail, what they move."""

import numpy as np

from needlebook import simt

# Kernels with one fault each: threads per block, blocks, numbers in and out.
FAULTS = {
    "in_step": (32, 1, 32, 1),
    "no_barrier": (64, 1, 64, 64),
    "half_a_barrier": (64, 1, 64, 64),
    "two_barriers": (64, 1, 64, 64),
    "no_bound": (32, 3, 64, 64),
    "one_too_far": (32, 1, 32, 32),
    "no_halo": (32, 1, 32, 32),
    "lost_updates": (32, 8, 32, 1),
    "lost_tickets": (32, 8, 32, 8),
    "half_a_warp": (64, 1, 64, 64),
    "short_warp": (24, 1, 24, 1),
    "large_stack": (32, 1, 32, 32),
}


def run(name, x, out, grid, block, build="sim", n=None):
    """Launch a demo kernel on x as float32 and return its output, of shape `out`.

    The output is 0 at first. `grid`, `block`: up to three sizes. `n`: the kernel's n,
    the first size of the output where it is not given.
    """
    x, out = np.array(x, dtype="float32"), np.zeros(out, dtype="float32")
    sizes = [(*size, 1, 1)[:3] for size in (grid, block)]
    return simt.module("_simt_demo", build).run(name, x, out, n or len(out), *sizes)


def in_orders(name, x, out, grid, block, n=None):
    """Return {order: what a demo kernel gives with its threads run in it}."""
    results = {}
    try:
        for order in simt.ORDERS:
            simt.set_order(order)
            results[order] = run(name, x, out, grid, block, n=n)
    finally:
        simt.set_order("forward")
    return results


def examine(name, x, out, grid, block, n=None, trace=False):
    """Run a demo kernel in the checking build and return the Report."""
    return simt.check(run, name, x, out, grid, block, "check", n, trace=trace)


def examine_fault(name):
    """Return the Report on one of the kernels with a fault."""
    threads, blocks, inputs, outputs = FAULTS[name]
    return examine(name, np.arange(inputs), (outputs,), (blocks,), (threads,))


# Correct kernels with the shapes of x and out, grid, block and n.
CORRECT = {
    "who_am_i": ((1,), (10,), (3,), (4,), 10),
    "turn_around": ((512,), (512,), (2,), (256,), 512),
    "sum_all": ((5000,), (1,), (20,), (256,), 5000),
    "window_sum": ((36,), (32,), (4,), (8,), 32),
    "square": ((12, 12), (12, 12), (3, 3), (4, 4), 12),
    "not_in_step": ((32,), (1,), (1,), (32,), 1),
    "shuffles_32": ((32,), (4, 32), (1,), (32,), 32),
    "shuffles_8": ((32,), (4, 32), (1,), (32,), 32),
    "votes": ((32,), (4, 32), (1,), (32,), 32),
    "transpose_33": ((64, 64), (64, 64), (2, 2), (32, 32), 64),
    "copy_four": ((1024,), (1024,), (1,), (256,), 1024),
}


def agreement(build):
    """Return {kernel: whether `build` and the simulator compute the same}."""
    agree = {}
    for name, (shape, out, grid, block, n) in CORRECT.items():
        x = np.arange(np.prod(shape)).reshape(shape) * 5 % 8 - 3
        here, there = (run(name, x, out, grid, block, b, n) for b in ("sim", build))
        agree[name] = np.array_equal(here, there)
    return agree


def strided_copy(stride, n=1024):
    """Return counts of copying every `stride`-th number, and the sectors expected.

    A warp reads 32 numbers that are 4 stride bytes apart: min(4 stride, 32) sectors of
    32 bytes, as long as it starts at the start of one.
    """
    x = np.arange(n * stride)
    report = examine(f"copy_every_{stride}", x, (n,), (n // 256,), (256,))
    assert np.array_equal(report.result, x[::stride])
    return report.counts, n // 32 * min(4 * stride, 32)


def transposes(n=64):
    """Return {kernel: counts} of three transposes of an n x n matrix."""
    x = np.random.default_rng(0).normal(size=(n, n)).astype("float32")
    counts = {}
    for name in ("transpose", "transpose_32", "transpose_33"):
        report = examine(name, x, (n, n), (n // 32, n // 32), (32, 32))
        assert np.array_equal(report.result, x.T)
        counts[name] = report.counts
    return counts
