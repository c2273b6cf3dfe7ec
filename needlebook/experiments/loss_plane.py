# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Losses of two weights, and the paths of gradient descent over them."""

import numpy as np

from needlebook.autograd import Tensor

EXAMPLE, WANTED = np.array([1.0, 2.0]), 2.0


def one_example(w, lam=0.0):
    """Return (x w - 2)^2 / 2 + lam |w|^2 / 2 for w (2, ...) and one example x."""
    out = w[0] * EXAMPLE[0] + w[1] * EXAMPLE[1]
    return 0.5 * (out - WANTED) ** 2 + 0.5 * lam * (w[0] ** 2 + w[1] ** 2)


def direction_only(w):
    """Return 1 - cos of the angle between w (2, ...) and (1, 2): normalized weights."""
    along = (w[0] * EXAMPLE[0] + w[1] * EXAMPLE[1]) / 5**0.5
    return 1 - along / (w[0] ** 2 + w[1] ** 2) ** 0.5


def path(loss, start, lr, steps, lam=0.0):
    """Return the weights (steps + 1, 2) of gradient descent, with decay if `lam`."""
    w, found = list(start), [np.array(start)]
    for _ in range(steps):
        pair = [Tensor(float(v)) for v in w]
        loss(pair).backward()
        w = [
            (1 - lr * lam) * v - lr * t.grad.numpy().item()
            for v, t in zip(w, pair, strict=True)
        ]
        found.append(np.array(w))
    return np.array(found)
