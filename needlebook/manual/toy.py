# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Small data sets in the plane, and the 8 x 8 digits of scikit-learn."""

from __future__ import annotations

import numpy as np


def rings(m, rng, noise=0.1):
    """Return X (m, 2) and labels y (m,): a disc of class 0 in a ring of class 1."""
    y = np.arange(m) % 2
    radius = np.where(y == 0, 0.7 * np.sqrt(rng.random(m)), 1.3)
    angle = rng.uniform(0, 2 * np.pi, m)
    X = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return X + noise * rng.normal(size=(m, 2)), y


def spirals(m, rng, noise=0.06, turns=1.5):
    """Return X (m, 2) and y (m,): two arms that wind around each other."""
    y = np.arange(m) % 2
    t = np.sqrt(rng.uniform(0.02, 1, m))
    angle = 2 * np.pi * turns * t + np.pi * y
    X = 1.6 * t[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return X + noise * rng.normal(size=(m, 2)), y


def checkerboard(m, rng, cells=4, noise=0.0):
    """Return X (m, 2) in [-1.6, 1.6]^2 and y (m,): colours of a cells x cells board."""
    X = rng.uniform(-1.6, 1.6, (m, 2))
    column, row = np.floor((X + 1.6) / 3.2 * cells).astype(int).T
    return X + noise * rng.normal(size=(m, 2)), (column + row) % 2


def hidden_pair(m, rng, n=20):
    """Return X (m, n) standard normal and y (m,): the sign of x_1 x_2."""
    X = rng.normal(size=(m, n))
    return X, (X[:, 0] * X[:, 1] > 0).astype(int)


def hidden_product(m, rng, n=10):
    """Return X (m, n) uniform on [-1, 1]^n and y (m,): the sign of x_1 x_2 x_3."""
    X = rng.uniform(-1, 1, (m, n))
    return X, (X[:, 0] * X[:, 1] * X[:, 2] > 0).astype(int)


def digits():
    """Return X (1797, 64), each feature in [0, 1], and y (1797,), classes 0 to 9.

    Needs scikit-learn, which the extra ``data`` brings.
    """
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            "the digits come with scikit-learn, which is not installed: "
            'pip install "needlebook[data]"'
        ) from missing
    found = load_digits()
    return found.data / 16.0, found.target


def split(X, y, rng, train):
    """Return (X_train, y_train, X_test, y_test) with `train` examples in the first."""
    if not 0 < train < len(X):
        raise ValueError(
            f"split: train must be between 1 and {len(X) - 1} for {len(X)} examples, "
            f"got {train}"
        )
    order = rng.permutation(len(X))
    first, rest = order[:train], order[train:]
    return X[first], y[first], X[rest], y[rest]
