# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The gradients of a feed-forward network of any depth, by one formula."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Activation(NamedTuple):
    """An element-wise function and its derivative, both from P to an array like P."""

    value: object
    slope: object


RELU = Activation(lambda P: np.maximum(P, 0), lambda P: 1.0 * (P > 0))
TANH = Activation(np.tanh, lambda P: 1 - np.tanh(P) ** 2)
SOFTPLUS = Activation(lambda P: np.logaddexp(0, P), lambda P: 1 / (1 + np.exp(-P)))
IDENTITY = Activation(lambda P: P, np.ones_like)


@dataclass
class FeedForward:
    """Z_{i+1} = sigma_i(Z_i W_i + 1 b_i^T) for i = 1 .. L.

    weights: W_i (n_i, n_{i+1}). biases: b_i (n_{i+1},), or None for none at all.
    """

    weights: list
    activations: list
    biases: list | None = None

    def __post_init__(self):
        for i, (W, V) in enumerate(zip(self.weights, self.weights[1:], strict=False)):
            if W.shape[1] != V.shape[0]:
                raise ValueError(
                    f"FeedForward: weights {i} are {W.shape}, weights {i + 1} are "
                    f"{V.shape}: sizes {W.shape[1]} and {V.shape[0]} differ"
                )


def random_network(widths, rng, activations=None, bias=True):
    """Network with layers widths[i] -> widths[i + 1]; ReLU, and IDENTITY at the end."""
    pairs = list(zip(widths, widths[1:], strict=False))
    weights = [rng.normal(size=pair) * np.sqrt(2 / pair[0]) for pair in pairs]
    biases = [0.1 * rng.normal(size=n) for _, n in pairs] if bias else None
    return FeedForward(
        weights, activations or [RELU] * (len(pairs) - 1) + [IDENTITY], biases
    )


class Cache(NamedTuple):
    """What the forward pass leaves: Z_1 .. Z_{L+1} and P_i = Z_i W_i + 1 b_i^T."""

    Z: list
    P: list


def forward(network, X, product=np.matmul):
    """Return the Cache of X (m, n_1); the output of the network is its Z[-1]."""
    Z, P = [X], []
    for i, (W, sigma) in enumerate(
        zip(network.weights, network.activations, strict=True)
    ):
        P.append(product(Z[i], W))
        if network.biases is not None:
            P[i] = P[i] + network.biases[i]
        Z.append(sigma.value(P[i]))
    return Cache(Z, P)


class Gradients(NamedTuple):
    """Gradients of the loss by W_i, by b_i (summed even without biases), by X."""

    weights: list
    biases: list
    X: np.ndarray


def backward(network, cache, G, product=np.matmul):
    """Return all Gradients, given G = G_{L+1} by the output, (m, n_{L+1})."""
    weights, biases = [], []
    for i in reversed(range(len(network.weights))):
        D = G * network.activations[i].slope(cache.P[i])  # (m, n_{i+1})
        weights.append(product(cache.Z[i].T, D))  # (n_i, n_{i+1})
        biases.append(D.sum(axis=0))  # (n_{i+1},)
        G = product(D, network.weights[i].T)  # (m, n_i)
    return Gradients(weights[::-1], biases[::-1], G)
