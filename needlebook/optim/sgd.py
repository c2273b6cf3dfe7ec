# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Stochastic gradient descent, with momentum in three forms."""

import numpy as np

from .clipping import clip_norm
from .optimizer import Optimizer, require


# isort: skip_file
from ..fused import steps


def move_towards(average, value, beta, scratch):
    """average = beta * average + (1 - beta) * value, in place."""
    np.subtract(value, average, out=scratch)
    scratch *= 1 - beta
    average += scratch


class SGD(Optimizer):
    """u = momentum * u + (1 - momentum) * g; w = w - lr * u. Course homework 2.

    `g` is the gradient plus `weight_decay` * w. `nesterov`: the gradient counts once
    more. `unbiased`: divide by the sum of the weights that the average gave so far.
    """

    def __init__(
        self,
        params,
        lr=0.01,
        momentum=0.0,
        weight_decay=0.0,
        *,
        nesterov=False,
        unbiased=False,
    ):
        self.averages = ("u",) if momentum else ()
        super().__init__(params, lr, weight_decay)
        require("momentum", momentum, 0, 1)
        self.momentum, self.nesterov, self.unbiased = momentum, nesterov, unbiased

    def update(self, out, w, g, u=None):
        lr, direction = float(self.lr), g
        if u is not None:
            move_towards(u, g, self.momentum, out)
            direction = u
            if self.nesterov:
                np.subtract(g, u, out=out)
                out *= 1 - self.momentum
                direction = np.add(out, u, out=out)
            if self.unbiased:
                lr /= 1 - self.momentum ** (self.t + self.nesterov)
        np.multiply(direction, lr, out=out)
        np.subtract(w, out, out=out)

    def clip_grad_norm(self, max_norm=0.25):
        """Scale all gradients so that their common norm is at most `max_norm`."""
        return clip_norm(self.params, max_norm)

    def moved(self, p):
        known = type(self).update is SGD.update
        found = steps.momentum(self, p) if known else None
        return super().moved(p) if found is None else found

    def with_arrays(self, w, g, u=None):
        """Return new weights and the average, by arithmetic where the arrays live."""
        lr = float(self.lr)
        if u is None:
            return (w - g * lr,)
        u = u + (g - u) * (1 - self.momentum)
        direction = u + (g - u) * (1 - self.momentum) if self.nesterov else u
        if self.unbiased:
            lr /= 1 - self.momentum ** (self.t + self.nesterov)
        return w - direction * lr, u
