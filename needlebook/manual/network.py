# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A network composes layers; a loss and an optimizer turn it into a learner."""

from __future__ import annotations

import numpy as np

from .layers import Linear, ReLU


class Network:
    """Layers applied one after another; all parameters live in the vector theta."""

    def __init__(self, layers):
        self.layers = list(layers)
        slots = [(layer, key) for layer in self.layers for key in layer.parameters]
        arrays = [layer.parameters[key] for layer, key in slots]
        flat = [np.ravel(array) for array in arrays]
        self.theta = np.concatenate(flat) if flat else np.zeros(0)
        start = 0
        for (layer, key), array in zip(slots, arrays, strict=True):
            part = self.theta[start : start + array.size]
            layer.parameters[key] = part.reshape(array.shape)
            start += array.size

    def __call__(self, X):
        """Return the output for the rows of X."""
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def features(self, X):
        """Return what the last hidden layer makes of the rows of X."""
        for layer in self.layers[:-1]:
            X = layer.forward(X)
        return X

    def gradient(self, G):
        """Return dl/dtheta, given G = dl/d(output) of the call before."""
        for layer in reversed(self.layers):
            G = layer.backward(G)
        parts = [
            np.ravel(layer.gradients[key])
            for layer in self.layers
            for key in layer.parameters
        ]
        return np.concatenate(parts)


def mlp(widths, rng, activation=ReLU, bias=True):
    """Return a network with Linear layers widths[i] -> widths[i + 1].

    activation, called without arguments, makes the layer between two of them.
    """
    layers = []
    for n_in, n_out in zip(widths, widths[1:], strict=False):
        layers += [Linear(n_in, n_out, rng, bias), activation()]
    return Network(layers[:-1])


def softmax_cross_entropy(logits, y):
    """Return the mean softmax loss of logits (m, k), labels y (m,), and dl/dlogits."""
    rows = np.arange(len(y))
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    totals = exponentials.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(totals[:, 0]) - shifted[rows, y])
    G = exponentials / totals
    G[rows, y] -= 1.0
    return loss, G / len(y)


def mean_squared_error(out, target):
    """Return the mean of (out - target)^2, both (m, k), and its gradient to out."""
    if out.shape != target.shape:
        raise ValueError(
            f"mean_squared_error: output {out.shape} and target {target.shape} differ"
        )
    difference = out - target
    return np.mean(difference**2), 2.0 * difference / difference.size


class SGD:
    """theta <- theta - rate * gradient."""

    def __init__(self, rate=0.1):
        self.rate = rate

    def step(self, theta, gradient):
        theta -= self.rate * gradient


class Adam:
    """Steps scaled by running averages of the gradient and of its square.

    Kingma and Ba (2015), but with a beta2 for trainings of about 1000 steps.
    """

    def __init__(self, rate=0.01, beta1=0.9, beta2=0.99, epsilon=1e-8):
        self.rate, self.beta1, self.beta2 = rate, beta1, beta2
        self.epsilon, self.t, self.u, self.v = epsilon, 0, 0.0, 0.0

    def step(self, theta, gradient):
        self.t += 1
        self.u = self.beta1 * self.u + (1 - self.beta1) * gradient
        self.v = self.beta2 * self.v + (1 - self.beta2) * gradient**2
        u = self.u / (1 - self.beta1**self.t)
        v = self.v / (1 - self.beta2**self.t)
        theta -= self.rate * u / (np.sqrt(v) + self.epsilon)


def fit(
    network, X, y, steps, optimizer, *, loss=softmax_cross_entropy, batch=None, rng=None
):
    """Train in place and return the loss of every step.

    batch examples are drawn by rng in each step; None takes all of X every time. The
    optimizer's rate falls to zero along half a cosine.
    """
    losses, full_rate = np.empty(steps), optimizer.rate
    for step in range(steps):
        rows = slice(None) if batch is None else rng.integers(len(X), size=batch)
        losses[step], G = loss(network(X[rows]), y[rows])
        optimizer.rate = full_rate * 0.5 * (1 + np.cos(np.pi * step / steps))
        optimizer.step(network.theta, network.gradient(G))
    optimizer.rate = full_rate
    return losses


def accuracy(network, X, y):
    """Return the share of rows of X whose largest output is at the index y."""
    return float(np.mean(network(X).argmax(axis=1) == y))
