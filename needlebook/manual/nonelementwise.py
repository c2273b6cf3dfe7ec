# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Non-linear layers in which an output looks at several inputs at once."""

from __future__ import annotations

import numpy as np

from .layers import Layer


def grouped(Z, size, name):
    """Return Z (m, n) as (m, n / size, size); an error names the layer."""
    if Z.shape[1] % size:
        raise ValueError(f"{name}: {Z.shape[1]} features do not split into {size}s")
    return Z.reshape(len(Z), -1, size)


class Maxout(Layer):
    """The largest of each group of `size` features: (m, n) to (m, n / size).

    Goodfellow et al. (2013).
    """

    def __init__(self, size=2):
        super().__init__()
        self.size = size

    def forward(self, Z):
        groups = grouped(Z, self.size, "Maxout")
        winner = groups.argmax(axis=2)[:, :, None]
        self.chosen = np.arange(self.size) == winner
        return np.take_along_axis(groups, winner, axis=2)[:, :, 0]

    def backward(self, G):
        return (G[:, :, None] * self.chosen).reshape(len(G), -1)


class GatedLinear(Layer):
    """The first half of the features times the sigmoid of the second: n to n / 2.

    Dauphin et al. (2017) call it GLU.
    """

    def forward(self, Z):
        if Z.shape[1] % 2:
            raise ValueError(f"GatedLinear: wants an even width, got {Z.shape[1]}")
        self.value, gate = np.split(Z, 2, axis=1)
        self.gate = 0.5 * (1.0 + np.tanh(0.5 * gate))
        return self.value * self.gate

    def backward(self, G):
        slope = self.gate * (1.0 - self.gate)
        return np.concatenate([G * self.gate, G * self.value * slope], axis=1)


class GroupSort(Layer):
    """Each group of `size` features in ascending order; it keeps the norm of Z.

    Anil, Lucas and Grosse (2019).
    """

    def __init__(self, size=2):
        super().__init__()
        self.size = size

    def forward(self, Z):
        groups = grouped(Z, self.size, "GroupSort")
        self.order = groups.argsort(axis=2)
        return np.take_along_axis(groups, self.order, axis=2).reshape(Z.shape)

    def backward(self, G):
        out = np.empty((len(G), *self.order.shape[1:]))
        np.put_along_axis(out, self.order, grouped(G, self.size, "GroupSort"), axis=2)
        return out.reshape(len(G), -1)


class SoftmaxUnits(Layer):
    """n softmax(z) over the whole row: the features compete, and their mean is 1."""

    def forward(self, Z):
        exponentials = np.exp(Z - Z.max(axis=1, keepdims=True))
        shares = exponentials / exponentials.sum(axis=1, keepdims=True)
        self.out = shares * Z.shape[1]
        return self.out

    def backward(self, G):
        n = G.shape[1]
        return self.out * (G - np.sum(G * self.out, axis=1, keepdims=True) / n)


class RootMeanSquare(Layer):
    """z divided by the root of the mean of its squares: only the direction is left.

    Zhang and Sennrich (2019).
    """

    def __init__(self, epsilon=1e-5):
        super().__init__()
        self.epsilon = epsilon

    def forward(self, Z):
        self.scale = np.sqrt(np.mean(Z**2, axis=1, keepdims=True) + self.epsilon)
        self.out = Z / self.scale
        return self.out

    def backward(self, G):
        along = np.mean(G * self.out, axis=1, keepdims=True)
        return (G - along * self.out) / self.scale
