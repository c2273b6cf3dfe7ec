# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Activations as modules."""

from .. import ops
from .module import Module


class ReLU(Module):
    """The larger of each element and 0."""

    def forward(self, x):
        return ops.relu(x)


class Tanh(Module):
    """Hyperbolic tangent of each element."""

    def forward(self, x):
        return ops.tanh(x)


class Sigmoid(Module):
    """1 / (1 + exp(-x)) of each element."""

    def forward(self, x):
        return ops.sigmoid(x)


class GELU(Module):
    """x times the normal distribution function of x, in the tanh form."""

    def forward(self, x):
        return ops.gelu(x)
