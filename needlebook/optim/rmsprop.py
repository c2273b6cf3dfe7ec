# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""RMSProp: gradients divided by the root of the average of their squares."""

import numpy as np

from .optimizer import Optimizer, require
from .sgd import move_towards


class RMSProp(Optimizer):
    """g / (sqrt(v) + eps), with v the average of g^2. Source: Hinton (2012)."""

    averages = ("v",)

    def __init__(self, params, lr=0.01, beta=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr, weight_decay)
        require("beta", beta, 0, 1)
        self.beta, self.eps = beta, eps

    def update(self, out, w, g, v):
        move_towards(v, np.multiply(g, g, out=out), self.beta, out)
        np.sqrt(v, out=out)
        out += self.eps
        np.divide(g, out, out=out)
        out *= float(self.lr)
        np.subtract(w, out, out=out)

    def with_arrays(self, w, g, v):
        """Return new weights and the average, by arithmetic where the arrays live."""
        v = v + (g * g - v) * (1 - self.beta)
        return w - g / (v.sqrt() + self.eps) * float(self.lr), v
