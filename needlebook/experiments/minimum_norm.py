# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Gradient descent on least squares with fewer examples than weights (L9.29-L9.31)."""

import numpy as np

from needlebook import optim
from needlebook.experiments.regularized import (
    error,
    few_digits,
    fit,
    network,
    weights,
)


def underdetermined(m=20, n=60, seed=0):
    """Return X (m, n) and y (m,), standard normal."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(m, n)), rng.normal(size=m)


def descend(X, y, w, steps=2000, keep=False):
    """Return w after gradient descent on |Xw - y|^2 / 2; with `keep`, every w."""
    rate = 1 / np.linalg.norm(X, 2) ** 2
    path = [w]
    for _ in range(steps):
        w = w - rate * X.T @ (X @ w - y)
        if keep:
            path.append(w)
    return np.array(path) if keep else w


def nearest_solution(X, y, start):
    """Return the w with Xw = y that is nearest to `start`."""
    return start + np.linalg.pinv(X) @ (y - X @ start)


def inside_rows(X, w):
    """Return the share of |w|^2 that lies in the span of the rows of X."""
    projected = np.linalg.pinv(X) @ (X @ w)
    return float(projected @ projected / (w @ w))


def distance_travelled(width, seed, steps=200, rate=0.1):
    """Train 64-width-10 by gradient descent on 200 digits until it fits.

    Returns the distance of the weights from where they began, as a part of their norm
    there, and the training error.
    """
    X, y, _, _ = few_digits(seed)
    np.random.seed(seed)
    model = network([64, width, 10])
    before = [W.numpy().copy() for W in weights(model)]
    fit(model, X, y, optim.SGD(model.parameters(), lr=rate), steps)
    moved = [W.numpy() - W0 for W, W0 in zip(weights(model), before, strict=True)]
    return norm_of(moved) / norm_of(before), error(model, X, y)


def norm_of(arrays):
    """Return the Euclidean norm of all arrays together."""
    return float(np.sqrt(sum(np.sum(np.square(array)) for array in arrays)))
