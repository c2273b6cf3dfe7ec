# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""L-BFGS: curvature guessed from the last few steps and changes of the gradient."""

import numpy as np

from .line_search import backtrack, slope


def lbfgs_direction(g, pairs):
    """Return minus an approximation of H^-1 g. Source: Nocedal (1980).

    `pairs`: (s, y), steps and the changes of the gradient along them, oldest first.
    """
    q, shares = g, []
    for s, y in reversed(pairs):
        share = np.vdot(s, q) / np.vdot(s, y)
        q = q - share * y
        shares.append(share)
    if pairs:
        s, y = pairs[-1]
        q = q * (np.vdot(s, y) / np.vdot(y, y))
    for (s, y), share in zip(pairs, reversed(shares)):
        q = q + (share - np.vdot(y, q) / np.vdot(s, y)) * s
    return -q


def lbfgs(function, x, memory=10):
    """Yield x and the points that follow, keeping at most `memory` pairs of arrays."""
    g, pairs = slope(function, x), []
    while True:
        yield x
        new = backtrack(function, x, lbfgs_direction(g, pairs), g)
        new_g = slope(function, new)
        if np.vdot(new - x, new_g - g) > 0:
            pairs = [*pairs, (new - x, new_g - g)][-memory:]
        x, g = new, new_g
