# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Times of the kernels on a GPU, for the tables of the chapter: `make bench-gpu`."""

import csv
from pathlib import Path

import numpy as np

from . import ladder

KERNELS = """relu_scalar relu_vector transpose_direct transpose_tile transpose_padded
row_sum_thread row_sum_block softmax_three softmax_running softmax_held""".split()


def moved(kernel, x):
    """Return what a kernel of KERNELS should make of the matrix x, by NumPy."""
    kind = kernel.split("_")[0]
    if kind == "softmax":
        raised = np.exp(x - x.max(axis=1, keepdims=True))
        return raised / raised.sum(axis=1, keepdims=True)
    if kind == "row":
        return x.sum(axis=1)
    return x.T if kind == "transpose" else np.maximum(x, 0)


def cases(size, build="gpu", repeats=20):
    """Yield (kind, case, value, unit): every rung at (size, size), and what only moves.

    Raises AssertionError where a result is wrong. What moves has 16 size rows of up to
    1024 numbers, more than the caches hold when the size is 4096.
    """
    rng = np.random.default_rng(0)
    a, b = rng.uniform(-1, 1, (2, size, size)).astype("float32")
    right = {True: a.T @ b, False: a @ b}
    for rung in ladder.rungs(build):
        result, seconds = ladder.product(rung, a, b, build, repeats)
        np.testing.assert_allclose(result, right[rung.transposed], atol=1e-5 * size)
        yield "ladder", f"{rung}; {size}", 2 * size**3 / seconds / 1e9, "GFLOP/s"
    x = rng.random((16 * size, min(size, 1024)), dtype="float32") - 0.5
    for kernel in KERNELS:
        result, seconds = ladder.module(build).move(kernel, x, repeats)
        np.testing.assert_allclose(result, moved(kernel, x), rtol=1e-3, atol=1e-3)
        rate = (x.nbytes + result.nbytes) / seconds / 1e9
        yield "moves", f"{kernel}; {x.shape[0]} x {x.shape[1]}", rate, "GB/s"
    roads = ladder.module(build).transfers(size * size, repeats)
    for name, seconds, parts in zip(
        ("to device", "to host", "add there"), roads, (1, 1, 3), strict=True
    ):
        rate = 4 * parts * size**2 / seconds / 1e9
        yield "transfers", f"{name}; {size**2} elements", rate, "GB/s"


def stored(kind, folder="measurements"):
    """Return the rows of a kind in the newest table of a GPU that has any, else []."""
    for file in sorted(Path(folder).glob("*-gpu.csv"), reverse=True):
        with file.open(encoding="utf-8", newline="") as table:
            rows = [row for row in csv.DictReader(table) if row.get("kind") == kind]
        if rows:
            return rows
    return []


def show(rows):
    """Print stored rows with their device and date, or say that there are none."""
    for row in rows:
        where = f"{row.get('device', '')} {row.get('date', '')}"
        print(f"{row['case']:<44}{row['value']:>10} {row['unit']:<9}{where}")
    if not rows:
        print("no GPU was at hand; `make bench-gpu` writes times")
