# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What the cache of the forward pass saves, counted in operations (L3b.6)."""

import numpy as np

from needlebook.manual import backprop
from needlebook.manual.softmax import softmax_gradient


class CountingProduct:
    """np.matmul that adds up its floating-point operations, 2 m n p a product."""

    def __init__(self):
        self.flops = 0

    def __call__(self, A, B):
        self.flops += 2 * A.shape[0] * A.shape[1] * B.shape[1]
        return A @ B


def cut(network, depth):
    """The first `depth` layers of a network."""
    biases = network.biases and network.biases[:depth]
    return backprop.FeedForward(
        network.weights[:depth], network.activations[:depth], biases
    )


def cached(network, X, y, product):
    """Gradients by the weights: one pass forward, one backward."""
    cache = backprop.forward(network, X, product)
    G = softmax_gradient(cache.Z[-1], y)
    return backprop.backward(network, cache, G, product).weights


def signal_kept(network, X, y, product):
    """The same, with G carried from layer to layer but Z_i and P_i found anew."""
    G = softmax_gradient(backprop.forward(network, X, product).Z[-1], y)
    weights = []
    for i in reversed(range(len(network.weights))):
        again = backprop.forward(cut(network, i + 1), X, product)
        D = G * network.activations[i].slope(again.P[i])
        weights.append(product(again.Z[i].T, D))
        G = product(D, network.weights[i].T)
    return weights[::-1]


def nothing_kept(network, X, y, product):
    """The same, each gradient alone: a full pass forward and back down to its layer."""
    weights = []
    for wanted in range(len(network.weights)):
        cache = backprop.forward(network, X, product)
        G = softmax_gradient(cache.Z[-1], y)
        for i in reversed(range(wanted, len(network.weights))):
            D = G * network.activations[i].slope(cache.P[i])
            G = product(D, network.weights[i].T)
        weights.append(product(cache.Z[wanted].T, D))
    return weights


WAYS = {
    "cached": cached,
    "signal kept": signal_kept,
    "nothing kept": nothing_kept,
}


def flops_of_depth(depth, width=8, m=4, seed=0):
    """Return {way: flops} for one gradient of `depth` layers width x width.

    Raises AssertionError unless all ways find the same gradients.
    """
    rng = np.random.default_rng(seed)
    network = backprop.random_network([width] * (depth + 1), rng)
    X, y = rng.normal(size=(m, width)), rng.integers(0, width, m)
    counts, found = {}, {}
    for name, way in WAYS.items():
        product = CountingProduct()
        found[name] = way(network, X, y, product)
        counts[name] = product.flops
    for name in WAYS:
        for mine, first in zip(found[name], found["cached"], strict=True):
            np.testing.assert_allclose(mine, first, rtol=1e-12)
    return counts


def cache_bytes(depth, width, m):
    """Bytes of the weights and of the cache for float32 and uniform widths.

    Counted from arrays of these shapes: Z_1 .. Z_{L+1} and P_1 .. P_L.
    """
    network = backprop.random_network([width] * (depth + 1), np.random.default_rng(0))
    network.weights = [W.astype(np.float32) for W in network.weights]
    network.biases = None
    cache = backprop.forward(network, np.zeros((m, width), np.float32))
    weights = sum(W.nbytes for W in network.weights)
    return weights, sum(Z.nbytes for Z in cache.Z) + sum(P.nbytes for P in cache.P)
