# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How many numbers meet in a weight's layer, and what its activation does to them."""

import math
from functools import cache

import numpy as np

from ..errors import NeedlebookError


class InitError(NeedlebookError, ValueError):
    """A layer size, nonlinearity or mode that an initializer cannot use."""


def fans(shape):
    """Return (fan_in, fan_out) of weights whose last two axes are inputs and outputs.

    Axes before those, such as the window of a convolution, multiply both. Raises
    InitError for fewer than two axes.
    """
    if len(shape) < 2:
        raise InitError(
            f"fans: weights of shape {tuple(shape)} have no inputs and outputs; "
            f"give at least two axes"
        )
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


SMOOTH = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
NONLINEARITIES = ("linear", "relu", "leaky_relu", *SMOOTH)


def second_moment(function):
    """Return E f(z)^2 for z standard normal, by the trapezoid rule on [-12, 12]."""
    z = np.linspace(-12, 12, 24_000)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return float(np.sum(density * function(z) ** 2) * (z[1] - z[0]))


@cache
def gain(nonlinearity, negative_slope=0.01):
    """Return 1 / sqrt(E f(z)^2): by it, weights undo what the activation f takes away.

    `negative_slope` belongs to leaky_relu. Raises InitError for an unknown name.
    """
    if nonlinearity == "linear":
        return 1.0
    if nonlinearity == "relu":
        return math.sqrt(2)
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + negative_slope**2))
    if nonlinearity in SMOOTH:
        return 1 / math.sqrt(second_moment(SMOOTH[nonlinearity]))
    raise InitError(
        f"gain: no gain known for {nonlinearity!r}; known are "
        f"{', '.join(NONLINEARITIES)}; or give gain= yourself"
    )
