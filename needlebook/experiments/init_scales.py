# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Activations and adjoints by layer, weights scaled by fan-in or fan-out (L7.30)."""

import numpy as np

from needlebook import ops
from needlebook.autograd import Tensor

TAPERED = [512, 384, 256, 192, 128, 96, 64, 48, 32]
RULES = {
    "fan-in": lambda n, k: 2 / n,
    "fan-out": lambda n, k: 2 / k,
    "both (Xavier, times 2)": lambda n, k: 4 / (n + k),
    "too small": lambda n, k: 1 / n,
    "too large": lambda n, k: 4 / n,
}


def rms(x):
    """Root of the mean square."""
    return float(np.sqrt(np.mean(x.numpy() ** 2)))


def sweep(rule, widths=TAPERED, examples=200, seed=0):
    """RMS of the activations and of their adjoints from layer to layer.

    `rule(fan_in, fan_out)` is the variance of the weights. The input has RMS 1, and so
    has the adjoint at the end. Returns two arrays of length len(widths).
    """
    rng = np.random.default_rng(seed)
    x = Tensor(rng.normal(size=(examples, widths[0])))
    layers = [x]
    for n, k in zip(widths, widths[1:]):
        W = Tensor(rng.normal(0, np.sqrt(rule(n, k)), (n, k)), requires_grad=False)
        layers.append(ops.relu(layers[-1] @ W))
    layers[-1].backward(Tensor(rng.normal(size=layers[-1].shape)))
    return np.array([[rms(h), rms(h.grad)] for h in layers]).T
