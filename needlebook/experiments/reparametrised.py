# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Momentum and Adam with their factors 1 - beta moved into the step size (L6.Q2)."""

import numpy as np

from needlebook.experiments.momentum import moves
from needlebook.optim import SGD, Adam


def momentum_moves(gradients, lr, beta, unbiased):
    """Return the moves of momentum whose average has no factor 1 - beta."""
    u, found = 0.0, []
    for t, g in enumerate(gradients, start=1):
        u = beta * u + g
        found.append(lr * u / (1 - beta**t if unbiased else 1))
    return np.array(found)


def adam_moves(gradients, lr, beta1, beta2, eps):
    """Return the moves of Adam whose averages have no factors 1 - beta."""
    m = v = 0.0
    found = []
    for t, g in enumerate(gradients, start=1):
        m, v = beta1 * m + g, beta2 * v + g**2
        found.append(lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps))
    return np.array(found)


def largest_difference(name, lr=0.1, beta1=0.9, beta2=0.999, eps=1e-3, steps=200):
    """Return the largest difference between the library's path and the other form."""
    gradients = np.random.default_rng(0).normal(size=steps)
    if name.startswith("momentum"):
        unbiased = "unbiased" in name
        ours = moves(lambda p: SGD(p, lr, beta1, unbiased=unbiased), gradients)
        theirs = momentum_moves(gradients, lr * (1 - beta1), beta1, unbiased)
    else:
        ours = moves(lambda p: Adam(p, lr, beta1, beta2, eps), gradients)
        root = np.sqrt(1 - beta2)
        other = eps if "same eps" in name else eps / root
        theirs = adam_moves(gradients, lr * (1 - beta1) / root, beta1, beta2, other)
    return float(abs(np.cumsum(ours) - np.cumsum(theirs)).max())
