# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Derivatives that programs report where the function has none, or another one."""

import numpy as np

from needlebook.differentiation.reverse import value_and_gradient

RELUS = {
    "x * (x > 0)": lambda x: x * (x > 0),
    "max(x, 0)": lambda x: np.maximum(x, 0.0),
    "x * (x >= 0)": lambda x: x * (x >= 0),
    "(x + |x|) / 2": lambda x: (x + np.absolute(x)) / 2,
}


def derivative_at(f, *xs):
    """Gradients of f at xs, as plain numbers."""
    return [float(g) for g in value_and_gradient(f, *map(float, xs))[1]]


def relu_table():
    """For each way to write ReLU: its slope at 0, and that of relu(x) - relu(-x)."""
    return {
        name: (
            derivative_at(relu, 0.0)[0],
            derivative_at(lambda x, relu=relu: relu(x) - relu(-x), 0.0)[0],
        )
        for name, relu in RELUS.items()
    }


def tie_shares():
    """Gradient of max(max(a, b), c) where all three are equal."""
    return derivative_at(lambda a, b, c: np.maximum(np.maximum(a, b), c), 2, 2, 2)
