# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The general formula against the oracle, for networks of any depth (L3b.3, L3b.4)."""

import numpy as np

from needlebook.differentiation.numerical import numerical_gradient, relative_error
from needlebook.manual import backprop
from needlebook.manual.softmax import softmax_gradient, softmax_loss

MIXED = [backprop.TANH, backprop.RELU, backprop.SOFTPLUS]


def formula_errors(depth, bias=True, seed=0, m=7):
    """Worst relative error over all W_i, over all b_i, and that of X.

    The network has `depth` layers, of a different size and activation each. Without
    `bias` the second number is 0.
    """
    rng = np.random.default_rng(seed)
    widths = [int(n) for n in rng.permutation(np.arange(3, 10))[: depth + 1]]
    activations = [MIXED[i % 3] for i in range(depth - 1)] + [backprop.IDENTITY]
    network = backprop.random_network(widths, rng, activations, bias)
    X, y = rng.normal(size=(m, widths[0])), rng.integers(0, widths[-1], m)

    def error(array, claimed):
        def loss(changed):
            kept, array[...] = array.copy(), changed
            value = softmax_loss(backprop.forward(network, X).Z[-1], y)
            array[...] = kept
            return value

        return relative_error(claimed, numerical_gradient(loss, array))

    cache = backprop.forward(network, X)
    found = backprop.backward(network, cache, softmax_gradient(cache.Z[-1], y))
    by_W = [error(*pair) for pair in zip(network.weights, found.weights, strict=True)]
    by_b = [error(*pair) for pair in zip(network.biases or [], found.biases)]
    return max(by_W), max(by_b, default=0.0), error(X, found.X)
