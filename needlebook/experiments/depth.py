# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Depth against width at an equal number of parameters (L3a.11)."""

from __future__ import annotations

import numpy as np

from needlebook.manual import toy
from needlebook.manual.network import Adam, accuracy, fit, mlp

DEPTHS = (1, 2, 3, 5)


def mlp_parameters(n_in, width, depth, n_out):
    """Return the number of weights and biases of an MLP with `depth` hidden layers."""
    return (n_in + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * n_out


def width_for(budget, n_in, depth, n_out):
    """Return the largest width whose network has at most `budget` parameters."""
    width = 1
    while mlp_parameters(n_in, width + 1, depth, n_out) <= budget:
        width += 1
    return width


def task(name, rng):
    """Return (X, y, X_test, y_test, parameter budget, steps, learning rate)."""
    if name == "spirals":
        train, test = (toy.spirals(m, rng, 0.02, 3.5) for m in (600, 1000))
        return *train, *test, 600, 1300, 0.02
    if name == "product":
        train, test = (toy.hidden_product(m, rng) for m in (3000, 1000))
        return *train, *test, 400, 1000, 0.02
    return *toy.split(*toy.digits(), rng, 1000), 2500, 500, 0.01


def at_depth(name, depth, seed):
    """Return the test accuracy of a network of this depth within the task's budget."""
    rng = np.random.default_rng(seed)
    X, y, X_test, y_test, budget, steps, rate = task(name, rng)
    width = width_for(budget, X.shape[1], depth, y.max() + 1)
    network = mlp([X.shape[1], *[width] * depth, y.max() + 1], rng)
    fit(network, X, y, steps, Adam(rate), batch=100, rng=rng)
    return accuracy(network, X_test, y_test)
