# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Features that are designed, drawn at random, or exact limits of random ones."""

from __future__ import annotations

import numpy as np


def with_radius(X):
    """Return X (m, 2) with the squared radius as a third feature: (m, 3)."""
    return np.column_stack([X, np.sum(X**2, axis=1)])


def with_constant(Z):
    """Return Z (m, n) with a last feature that is always 1: (m, n + 1)."""
    return np.column_stack([Z, np.ones(len(Z))])


class RandomFourierFeatures:
    """phi(x) = sqrt(2/d) cos(x W + b) with fixed random W (n, d) and b (d,).

    W is normal with standard deviation 1/length, b uniform on [0, 2 pi). Rahimi and
    Recht (2007).
    """

    def __init__(self, n, d, length, rng):
        self.W = rng.normal(size=(n, d)) / length
        self.b = rng.uniform(0, 2 * np.pi, d)

    def __call__(self, X):
        """Return the features (m, d) of X (m, n)."""
        return np.sqrt(2.0 / self.W.shape[1]) * np.cos(X @ self.W + self.b)


class EvenCosines(RandomFourierFeatures):
    """sqrt(2/d) cos(x W), without the phase b: even in x, whatever W is."""

    def __init__(self, n, d, length, rng):
        super().__init__(n, d, length, rng)
        self.b[:] = 0.0


def gaussian_kernel(X, Y, length):
    """Return exp(-|x - y|^2 / (2 length^2)) for all rows x of X, y of Y."""
    squares = np.sum(X**2, axis=1)[:, None] + np.sum(Y**2, axis=1) - 2 * X @ Y.T
    return np.exp(-np.maximum(squares, 0.0) / (2 * length**2))


def median_distance(X, most=300):
    """Return the median distance between two of the first `most` rows of X."""
    X = X[:most]
    squares = -2.0 * np.log(gaussian_kernel(X, X, 1.0) + 1e-300)
    return float(np.sqrt(np.median(squares[np.triu_indices(len(X), 1)])))


class LinearReadout:
    """Least squares with a small ridge from features Z (m, d) to one-hot labels."""

    def __init__(self, Z, y, ridge=1e-4):
        Z = with_constant(Z)
        targets = np.eye(y.max() + 1)[y]
        penalty = ridge * len(Z) / Z.shape[1] * np.eye(Z.shape[1])
        self.W = np.linalg.solve(Z.T @ Z + penalty, Z.T @ targets)

    def __call__(self, Z):
        """Return the scores (m, k) of the features Z (m, d)."""
        return with_constant(Z) @ self.W
