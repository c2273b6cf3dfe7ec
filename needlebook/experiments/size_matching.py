# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How often the sizes alone decide how two matrices are multiplied (L3b.5)."""

import numpy as np


def arrangements(A, B, wanted, names="AB"):
    """All products of A and B that have the shape `wanted`.

    A, B: matrices, used as they are or transposed, in either order. Returns
    {"A^T B": array, …}.
    """
    first = {names[0]: A, f"{names[0]}^T": A.T}
    second = {names[1]: B, f"{names[1]}^T": B.T}
    found = {}
    for left, right in ((first, second), (second, first)):
        for (name, M), (other, N) in (
            (p, q) for p in left.items() for q in right.items()
        ):
            if M.shape[1] == N.shape[0] and (M.shape[0], N.shape[1]) == wanted:
                found[f"{name} {other}"] = M @ N
    return found


def candidates(m, h, k, seed=0):
    """For sizes m, h, k: how many products fit, and the one that is right, by goal.

    Returns {goal: (names that fit, names that are equal to the index formula)}.
    """
    rng = np.random.default_rng(seed)
    Z, G, W = (rng.normal(size=shape) for shape in [(m, h), (m, k), (h, k)])
    goals = {
        "gradient by W": (Z, G, "ZG", np.einsum("mh,mk->hk", Z, G)),
        "signal back": (G, W, "GW", np.einsum("mk,hk->mh", G, W)),
    }
    found = {}
    for goal, (A, B, names, truth) in goals.items():
        fitting = arrangements(A, B, truth.shape, names)
        right = [name for name, C in fitting.items() if np.allclose(C, truth)]
        found[goal] = (list(fitting), right)
    return found
