# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How far to go along a direction, and slopes for methods that want arrays."""

import numpy as np

from ..autograd import Tensor
from ..derivatives import gradient


def value(function, x):
    """Return function(x) as a number, for an array x."""
    return function(Tensor(x, requires_grad=False)).numpy().item()


def slope(function, x):
    """Return the gradient of `function` at the array `x`, an array of its shape."""
    return gradient(function)(Tensor(x)).numpy()


def backtrack(function, x, direction, g, enough=1e-4):
    """Return x + a * direction with the first a of 1, 1/2, 1/4, ... that pays off.

    It does if the value falls by `enough` of what the slope along the direction
    promises. After thirty halvings `x` itself is returned. Source: Armijo (1966).
    """
    here, promised = value(function, x), float(np.vdot(g, direction))
    for halvings in range(30):
        candidate = x + direction / 2**halvings
        if value(function, candidate) <= here + enough * promised / 2**halvings:
            return candidate
    return x
