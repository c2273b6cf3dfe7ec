# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""More parameters than examples: random labels, overfitting, width (L9.24-L9.28)."""

import numpy as np

from needlebook import optim
from needlebook.experiments.regularized import error, few_digits, fit, network

WIDTHS = (2, 4, 8, 16, 32, 64, 128)


def parameter_count(sizes):
    """Return the number of weights and biases of a fully connected network."""
    return sum((n + 1) * k for n, k in zip(sizes, sizes[1:], strict=False))


def spoil(y, share, rng):
    """Return labels of which a share, chosen at random, is drawn anew."""
    drawn = rng.integers(0, 10, len(y))
    return np.where(rng.random(len(y)) < share, drawn, y)


def train_on(share, width=128, seed=0, steps=100):
    """Return errors on 200 training digits, a share of whose labels is random, and on
    the others, whose labels are right."""
    X, y, X_test, y_test = few_digits(seed)
    np.random.seed(seed)
    y = spoil(y, share, np.random.default_rng(seed + 100))
    model = network([64, width, 10])
    fit(model, X, y, optim.Adam(model.parameters(), lr=0.02), steps)
    return error(model, X, y), error(model, X_test, y_test)
