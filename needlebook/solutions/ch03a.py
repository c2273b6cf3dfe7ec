# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Solutions of the exercises of chapter 3a."""

from __future__ import annotations

import numpy as np

from needlebook.experiments.parity_learning import parity_accuracy
from needlebook.manual.approximation import interpolating_network, ridge_sum_network
from needlebook.manual.features import RandomFourierFeatures
from needlebook.manual.layers import Layer
from needlebook.manual.parity import all_bits, parity


def count_parameters(widths, bias=True):
    """Return the number of weights and biases of mlp(widths)."""
    pairs = zip(widths, widths[1:], strict=False)
    return sum((n_in + bias) * n_out for n_in, n_out in pairs)


def collapse(weights, biases):
    """Return (W, b) of the one affine map that equals a chain of them.

    weights[i] is (n_i, n_{i+1}) and biases[i] is (n_{i+1},).
    """
    W, b = weights[0], biases[0]
    for W_next, b_next in zip(weights[1:], biases[1:], strict=True):
        W, b = W @ W_next, b @ W_next + b_next
    return W, b


def parity_by_one_cosine(n):
    """Return (w, b) with cos(x w + b) = 1 for even and -1 for odd rows of n bits."""
    return np.full(n, np.pi), 0.0


def homogeneity_gap(network, X, factor):
    """Return max |network(factor X) - factor network(X)|: zero without biases."""
    return float(np.abs(network(factor * X) - factor * network(X)).max())


def maxout_from_relu(a, b):
    """Return max(a, b), element by element, written with one relu."""
    return a + np.maximum(b - a, 0.0)


class PairedFourierFeatures(RandomFourierFeatures):
    """sqrt(2/d) [cos(x W), sin(x W)] with W (n, d/2): its kernel is exact at x = y."""

    def __init__(self, n, d, length, rng):
        if d % 2:
            raise ValueError(f"PairedFourierFeatures: wants an even d, got {d}")
        super().__init__(n, d // 2, length, rng)

    def __call__(self, X):
        """Return the features (m, d) of X (m, n)."""
        angles = X @ self.W
        both = np.concatenate([np.cos(angles), np.sin(angles)], axis=1)
        return both / np.sqrt(self.W.shape[1])


def graded_knots(n, power):
    """Return n + 1 knots (i / n)^power on [0, 1]: crowded at zero for power > 1."""
    return (np.arange(n + 1) / n) ** power


def product_network(units):
    """Return one hidden layer of 2 * units ReLU units near x_1 x_2 on [-1, 1]^2."""
    directions = np.array([[1.0, 1.0], [1.0, -1.0]])
    curves = [lambda t: t**2 / 4, lambda t: -(t**2) / 4]
    return ridge_sum_network(directions, curves, -2.0, 2.0, units)


def shallow_sawtooth(k):
    """Return one hidden layer of 2^k units equal to sawtooth_network(k) on [0, 1]."""
    knots = np.linspace(0, 1, 2**k + 1)
    return interpolating_network(lambda x: np.arange(len(x)) % 2.0, knots)


def cosine_signal(w):
    """Return |d/dw E[cos(x w) (-1)^(x_1 + ... + x_n)]| over all bits x, for w (n,)."""
    X = all_bits(len(w))
    signs = 1.0 - 2.0 * parity(X)
    return float(np.linalg.norm((-np.sin(X @ w) * signs) @ X / len(X)))


def sparse_parity_accuracies(sizes, n=30, seed=0):
    """Return the test accuracy on the parity of the first k of n bits, k in sizes."""
    return [parity_accuracy(n, seed, relevant=k) for k in sizes]


class Rational(Layer):
    """(p_0 + p_1 z + p_2 z^2 + p_3 z^3) / (1 + (q z)^2) with learned p (4,), q (1,).

    The denominator is at least 1, so there is no pole. It starts near the identity.
    """

    def __init__(self):
        super().__init__(p=np.array([0.0, 1.0, 0.0, 0.0]), q=np.array([0.1]))

    def forward(self, Z):
        p, q = self.parameters["p"], self.parameters["q"][0]
        self.powers = np.stack([np.ones_like(Z), Z, Z**2, Z**3])
        self.below = 1.0 + (q * Z) ** 2
        self.out = np.tensordot(p, self.powers, axes=1) / self.below
        return self.out

    def backward(self, G):
        p, q = self.parameters["p"], self.parameters["q"][0]
        one, Z, square, _ = self.powers
        share = G / self.below
        self.gradients["p"] = np.array([np.sum(share * power) for power in self.powers])
        self.gradients["q"] = np.array([np.sum(share * self.out * -2 * q * square)])
        above = p[1] * one + 2 * p[2] * Z + 3 * p[3] * square
        return share * (above - self.out * 2 * q**2 * Z)
