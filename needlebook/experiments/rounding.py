# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Rounding of vector code: polynomials, units in the last place, long sums (L11.27)."""

import numpy as np

EXACT = {"exp": np.exp, "log": np.log, "tanh": np.tanh, "sqrt": np.sqrt}


def by_nodes(function, low, high, degree, weight=None):
    """Return coefficients, lowest first, near the best polynomial for `function`.

    Least squares at Chebyshev's nodes of [low, high]; `weight` (x) scales errors.
    """
    x = low + (high - low) * (1 - np.cos((np.arange(400) + 0.5) * np.pi / 400)) / 2
    scale = np.ones_like(x) if weight is None else weight(x)
    powers = np.vander(x, degree + 1, increasing=True)
    return np.linalg.lstsq(powers * scale[:, None], function(x) * scale)[0]


def ulps(found, exact):
    """Return the distance of float32 numbers to exact ones, in units in the last place.

    0 where both are NaN or the same infinity, infinite where only one is.
    """
    with np.errstate(all="ignore"):
        wanted = exact.astype(np.float32)
        unit = np.spacing(np.abs(np.clip(wanted, -3e38, 3e38))).astype(np.float64)
        distance = np.abs(found - exact) / unit
    same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
    unusual = ~np.isfinite(wanted) | ~np.isfinite(found)
    return np.where(unusual, np.where(same, 0.0, np.inf), distance)


def floats(step, start=0):
    """Return each `step`-th of all 2**32 float32 numbers: every class has its share."""
    return np.arange(start, 2**32, step, dtype=np.uint64).astype(np.uint32).view("f4")


def on_device(function, x, device):
    """Return a function of the backend, by its name, applied to float32 numbers."""
    from needlebook.array import NDArray

    return getattr(NDArray(x, device=device), function)().numpy()


def worst(name, x, device):
    """Return (largest error in ulp, where) of exp, log, tanh or sqrt on x."""
    with np.errstate(all="ignore"):
        found = ulps(on_device(name, x, device), EXACT[name](x.astype(np.float64)))
    place = found.argmax()
    return found[place], x[place]


def one_after_the_other(x):
    """Sum float32 numbers (n,) in order, as the plain loop does."""
    return np.cumsum(x, dtype=np.float32)[-1]


def in_pairs(x):
    """Sum float32 numbers (n,) as a tree: neighbours first; n is a power of two."""
    while len(x) > 1:
        x = x[::2] + x[1::2]
    return x[0]


def sum_error(add, x):
    """Relative error of a sum of float32 numbers against float64."""
    exact = x.sum(dtype=np.float64)
    return abs(float(add(x)) - exact) / np.abs(x).sum(dtype=np.float64)
