# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Gradients that are too long, or have entries that are too large, made shorter."""

import math

import numpy as np

from ..autograd import Tensor
from ..errors import OptimizerError


def gradients(params):
    """Yield (place, parameter, gradient as an array) where there is a gradient."""
    for i, p in enumerate(params):
        if p.grad is not None:
            yield i, p, np.asarray(p.grad.realize_cached_data())


def constant_like(p, array):
    """Return a NumPy array as a Tensor on the device of `p` that wants no gradient."""
    return Tensor(array, device=p.device, requires_grad=False)


def clip_norm(params, max_norm):
    """Scale all gradients by one factor, so that their norm is at most `max_norm`.

    Returns the norm before. Sets new gradients, and leaves the arrays of the old ones
    as they are. Raises OptimizerError where a gradient is not finite.
    """
    params, total = list(params), 0.0
    for i, p, g in gradients(params):
        square = float(np.vdot(g, g))
        if not math.isfinite(square):
            raise OptimizerError(
                f"clip_norm: the gradient of parameter {i}, shape {p.shape}, is not "
                "finite; look at the loss before this step"
            )
        total += square
    norm = math.sqrt(total)
    if norm > max_norm:
        for _, p, g in gradients(params):
            p.grad = constant_like(p, g * (max_norm / norm))
    return norm


def clip_value(params, bound):
    """Cut every entry of every gradient to [-bound, bound]; this turns it."""
    for _, p, g in gradients(params):
        p.grad = constant_like(p, np.clip(g, -bound, bound))
