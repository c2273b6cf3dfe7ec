# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Fifty layers before training: the factor of each layer, forward and back."""

import numpy as np

from needlebook import nn
from needlebook.experiments import normalized as net
from needlebook.experiments.fifty_layers import FiftyLayers


def both_ways(c, norm="none", seed=0, depth=50):
    """Return by hidden layer: RMS of activations, norms of adjoints and of gradients.

    The adjoints are those of the mean loss over 500 of the training digits.
    """
    X, y, _, _ = net.digits(seed)
    network = FiftyLayers(
        64, 10, c, depth=depth, normalization=net.NORMS[norm], seed=seed
    )
    outputs, activations = network.forward(net.constant(X[:500]))
    nn.SoftmaxLoss()(outputs, net.constant(y[:500])).backward()
    return (
        np.array([np.sqrt((a.numpy() ** 2).mean()) for a in activations]),
        np.array([np.linalg.norm(a.grad.numpy()) for a in activations]),
        np.array([np.linalg.norm(W.grad.numpy()) for W in network.weights[:-1]]),
    )


def per_layer(values):
    """Return the factor by which `values` change per layer, from their ends."""
    return (values[-1] / values[0]) ** (1 / (len(values) - 1))


def straightness(values):
    """Return the share of the variance of `values` that a straight line explains."""
    depth = np.arange(len(values))
    line = np.polyval(np.polyfit(depth, values, 1), depth)
    return 1 - ((values - line) ** 2).sum() / ((values - values.mean()) ** 2).sum()
