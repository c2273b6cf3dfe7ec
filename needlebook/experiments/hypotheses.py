# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""One training loop for three hypothesis classes that it knows nothing about."""

import numpy as np

from needlebook.differentiation.numerical import directional_check
from needlebook.differentiation.reverse import value_and_gradient


def linear(X, W):
    """Linear hypothesis: X (m, n), W (n, 1)."""
    return X @ W


def two_layer(X, W1, W2):
    """Two layers: W1 (n, h), W2 (h, 1)."""
    return np.tanh(X @ W1) @ W2


def residual_shared(X, W1, W2, W3):
    """Two residual blocks with the same weights W2 (h, h) between W1 and W3."""
    Z = np.tanh(X @ W1)
    Z = Z + np.tanh(Z @ W2)
    Z = Z + np.tanh(Z @ W2)
    return Z @ W3


SHAPES = {
    linear: [(2, 1)],
    two_layer: [(2, 16), (16, 1)],
    residual_shared: [(2, 16), (16, 16), (16, 1)],
}


def wave(m=128, seed=0):
    """Return X (m, 2), uniform in a square, and y = sin(3 x1) - x2 as a column."""
    X = np.random.default_rng(seed).uniform(-1.5, 1.5, (m, 2))
    return X, np.sin(3 * X[:, :1]) - X[:, 1:]


def train(hypothesis, steps=400, rate=0.05, seed=1):
    """Mean squared error before and after, and the gradient check's relative error."""
    X, y = wave()
    rng = np.random.default_rng(seed)
    shapes = SHAPES[hypothesis]
    weights = [rng.standard_normal(s) / np.sqrt(s[0]) for s in shapes]

    def loss(*weights):
        error = hypothesis(X, *weights) - y
        return (error * error).sum() / len(X)

    before, gradients = value_and_gradient(loss, *weights)
    check = directional_check(loss, gradients, weights)[2]
    for _ in range(steps):
        _, gradients = value_and_gradient(loss, *weights)
        weights = [w - rate * g for w, g in zip(weights, gradients, strict=True)]
    return float(before), float(loss(*weights)), check
