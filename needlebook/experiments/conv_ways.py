# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Time and memory of the ways to compute one convolution (L10.25, L10.26, L10.Q1)."""

import time
import tracemalloc

import numpy as np


def layer(n, size, c_in, c_out, kernel, seed=0):
    """Return images (n, size, size, c_in) and filters, float32."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, size, size, c_in)).astype("float32")
    W = rng.normal(size=(kernel, kernel, c_in, c_out)).astype("float32")
    return x, W


def seconds(way, x, W, repeats=3):
    """Return the shortest time of `way(x, W)` in several runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        way(x, W)
        times.append(time.perf_counter() - start)
    return min(times)


def peak_bytes(way, x, W):
    """Return the most bytes that `way(x, W)` held at once, its result included."""
    way(x, W)
    tracemalloc.start()
    try:
        way(x, W)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def passes(way, c_in, c_out, kernel):
    """Return how often `way` reads a plane of one channel, counting a product once."""
    each = {
        "channel_pairs": c_in * c_out,
        "shifted_products": c_in,
        "one_product": c_in,
    }
    return each[way.__name__] * kernel**2
