# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Adam: momentum, divided by the scale of the gradients; and its variants."""

import numpy as np

from .optimizer import Optimizer, require
from .sgd import move_towards

# isort: skip_file
from ..fused import steps


class Adam(Optimizer):
    """m / (sqrt(v) + eps), with m, v the averages of g and g^2. Course homework 2.

    `bias_correction`: True, False, or a pair for m and for v. `amsgrad`: divide by the
    largest v so far. Source: Kingma and Ba (2015); Reddi et al. (2018).
    """

    def __init__(
        self,
        params,
        lr=0.01,
        beta1=0.9,
        beta2=0.999,
        eps=1e-8,
        weight_decay=0.0,
        *,
        bias_correction=True,
        amsgrad=False,
    ):
        self.averages = ("m", "v", "largest_v") if amsgrad else ("m", "v")
        super().__init__(params, lr, weight_decay)
        require("beta1", beta1, 0, 1)
        require("beta2", beta2, 0, 1)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        if isinstance(bias_correction, bool):
            bias_correction = (bias_correction, bias_correction)
        self.bias_correction = bias_correction

    def corrections(self):
        """Return the sums of the weights that m and v have given so far, or 1."""
        betas = self.beta1, self.beta2
        return [
            1 - beta**self.t if wanted else 1.0
            for beta, wanted in zip(betas, self.bias_correction)
        ]

    def update(self, out, w, g, m, v, largest_v=None):
        move_towards(m, g, self.beta1, out)
        move_towards(v, np.multiply(g, g, out=out), self.beta2, out)
        if largest_v is not None:
            v = np.maximum(largest_v, v, out=largest_v)
        of_m, of_v = self.corrections()
        root = of_v**0.5
        np.sqrt(v, out=out)
        out += self.eps * root
        np.divide(m, out, out=out)
        out *= float(self.lr) * root / of_m
        np.subtract(w, out, out=out)

    def moved(self, p):
        known = type(self).update is Adam.update
        found = steps.adam(self, p) if known else None
        return super().moved(p) if found is None else found

    def with_arrays(self, w, g, m, v, largest_v=None):
        """Return new weights and averages, by arithmetic where the arrays live."""
        m = m + (g - m) * (1 - self.beta1)
        v = v + (g * g - v) * (1 - self.beta2)
        largest = () if largest_v is None else (largest_v.maximum(v),)
        of_m, of_v = self.corrections()
        root = of_v**0.5
        scale = (largest[0] if largest else v).sqrt() + self.eps * root
        return w - m / scale * (float(self.lr) * root / of_m), m, v, *largest


class AdamW(Adam):
    """Adam whose weight decay acts on the weights and not through the gradient.

    Source: Loshchilov and Hutter (2019).
    """

    decoupled = True
