# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Activations with parameters: the network chooses its own non-linearity."""

from __future__ import annotations

import numpy as np

from .layers import Layer


class PReLU(Layer):
    """z where z > 0, a z elsewhere, with one learned slope a per feature.

    He et al. (2015). With a = 1 the layer is the identity.
    """

    def __init__(self, n, start=0.25):
        super().__init__(a=np.full(n, float(start)))

    def forward(self, Z):
        self.Z = Z
        return np.where(Z > 0, Z, self.parameters["a"] * Z)

    def backward(self, G):
        self.gradients["a"] = np.sum(G * np.minimum(self.Z, 0.0), axis=0)
        return np.where(self.Z > 0, G, self.parameters["a"] * G)


class Affine(Layer):
    """a z + c with learned a and c per feature: an activation without a bend."""

    def __init__(self, n):
        super().__init__(a=np.ones(n), c=np.zeros(n))

    def forward(self, Z):
        self.Z = Z
        return self.parameters["a"] * Z + self.parameters["c"]

    def backward(self, G):
        self.gradients["a"] = np.sum(G * self.Z, axis=0)
        self.gradients["c"] = G.sum(axis=0)
        return G * self.parameters["a"]


class LearnedSpline(Layer):
    """A curve through learned heights at fixed knots, one curve per feature.

    heights is (n, knots); between knots the curve is straight, beyond the outer knots
    it goes on straight. It starts as the identity, so as no activation at all.
    """

    def __init__(self, n, knots=17, reach=4.0):
        self.knots = np.linspace(-reach, reach, knots)
        super().__init__(heights=np.tile(self.knots, (n, 1)))

    def forward(self, Z):
        gap = self.knots[1] - self.knots[0]
        place = (Z - self.knots[0]) / gap
        self.left = np.clip(place.astype(int), 0, len(self.knots) - 2)
        self.share = place - self.left
        heights, column = self.parameters["heights"], np.arange(Z.shape[1])
        low, high = heights[column, self.left], heights[column, self.left + 1]
        self.slope = (high - low) / gap
        return low + self.share * (high - low)

    def backward(self, G):
        n, knots = self.parameters["heights"].shape
        slot = self.left + knots * np.arange(n)
        low = np.bincount(slot.ravel(), (G * (1 - self.share)).ravel(), n * knots)
        high = np.bincount(slot.ravel() + 1, (G * self.share).ravel(), n * knots)
        self.gradients["heights"] = (low + high).reshape(n, knots)
        return G * self.slope

    def curve(self, j, z):
        """Return the j-th curve at the points z (p,)."""
        zeros = np.zeros((len(z), len(self.parameters["heights"])))
        zeros[:, j] = z
        return self.forward(zeros)[:, j]


class Mixture(Layer):
    """A learned sum of fixed shapes: a_1 z + a_2 relu(z) + a_3 tanh(z) + a_4 cos(z).

    weights is (4,), shared by all features; it starts as the identity.
    """

    names = ("z", "relu(z)", "tanh(z)", "cos(z)")

    def __init__(self, start=(1.0, 0.0, 0.0, 0.0)):
        super().__init__(weights=np.array(start, float))

    def forward(self, Z):
        tanh = np.tanh(Z)
        self.shapes = [Z, np.maximum(Z, 0.0), tanh, np.cos(Z)]
        self.slopes = [np.ones_like(Z), (Z > 0) * 1.0, 1 - tanh**2, -np.sin(Z)]
        return np.tensordot(self.parameters["weights"], self.shapes, axes=1)

    def backward(self, G):
        self.gradients["weights"] = np.array([np.sum(G * s) for s in self.shapes])
        return G * np.tensordot(self.parameters["weights"], self.slopes, axes=1)
