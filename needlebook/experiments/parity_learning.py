# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Gradient descent on parity, and how much of parity its gradient sees (L3a.15)."""

from __future__ import annotations

import numpy as np

from needlebook.manual.network import Adam, accuracy, fit, mlp
from needlebook.manual.parity import all_bits, parity, walsh_coefficients


def parity_accuracy(n, seed, *, width=64, steps=1200, batch=128, relevant=None):
    """Return the accuracy on fresh examples after training on fresh batches.

    The label is the parity of the first `relevant` of n random bits (all if None).
    """
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 2, (steps * batch, n))
    y = parity(X[:, : relevant or n])
    network = mlp([n, width, 2], rng)
    fit(network, 1.0 - 2.0 * X, y, steps, Adam(0.01), batch=batch, rng=rng)
    X = rng.integers(0, 2, (2000, n))
    return accuracy(network, 1.0 - 2.0 * X, parity(X[:, : relevant or n]))


def gradient_signal(n, seed, width=16):
    """Return (mean over all 2^n parities of |signal|^2, E|g|^2 / 2^n, full parity's).

    g(x) = d f(x) / d W_1 at the random start of a one-hidden-layer ReLU network f; the
    gradient of the loss E (f - chi_S)^2 / 2 is E[f g] - E[chi_S g]. Its second term is
    the only one that knows S: the signal. All means over x are exact.
    """
    rng = np.random.default_rng(seed)
    X = 1.0 - 2.0 * all_bits(n)
    W = rng.normal(size=(n, width)) * np.sqrt(2.0 / n)
    v = rng.normal(size=width) / np.sqrt(width)
    open_gates = (X @ W > 0) * v
    g = (X[:, :, None] * open_gates[:, None, :]).reshape(len(X), -1)
    squares = np.sum(walsh_coefficients(g) ** 2, axis=1)
    return squares.mean(), np.mean(np.sum(g**2, axis=1)) / 2**n, squares[-1]
