# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Layers by hand: each knows its forward formula and its own gradients."""

from __future__ import annotations

import numpy as np


class Layer:
    """One differentiable function with its parameters.

    parameters and gradients are dictionaries with the same keys and shapes.
    """

    def __init__(self, **parameters):
        self.parameters = parameters
        self.gradients = {}

    def forward(self, Z):
        """Return the features that follow Z (m, n_in), one example in each row."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, G):
        """Take dl/d(output), store dl/d(parameter), return dl/d(input)."""
        raise NotImplementedError(f"{type(self).__name__} has no backward")


class Linear(Layer):
    """Z W + b, or Z W; W (n_in, n_out) starts as normal with variance 2 / n_in."""

    def __init__(self, n_in, n_out, rng, bias=True):
        W = rng.normal(size=(n_in, n_out)) * np.sqrt(2.0 / n_in)
        super().__init__(W=W, **({"b": np.zeros(n_out)} if bias else {}))

    def forward(self, Z):
        W = self.parameters["W"]
        if Z.shape[-1] != W.shape[0]:
            raise ValueError(
                f"Linear: input {Z.shape} has {Z.shape[-1]} features, "
                f"the weights {W.shape} want {W.shape[0]}"
            )
        self.Z = Z
        return Z @ W + self.parameters.get("b", 0.0)

    def backward(self, G):
        self.gradients["W"] = self.Z.T @ G
        if "b" in self.parameters:
            self.gradients["b"] = G.sum(axis=0)
        return G @ self.parameters["W"].T


class ReLU(Layer):
    """max(z, 0), element by element."""

    def forward(self, Z):
        self.positive = Z > 0
        return Z * self.positive

    def backward(self, G):
        return G * self.positive


class Tanh(Layer):
    """tanh(z), element by element."""

    def forward(self, Z):
        self.out = np.tanh(Z)
        return self.out

    def backward(self, G):
        return G * (1.0 - self.out**2)


class Cosine(Layer):
    """cos(z), element by element."""

    def forward(self, Z):
        self.Z = Z
        return np.cos(Z)

    def backward(self, G):
        return -G * np.sin(self.Z)
