# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Stochastic gradients: how noisy, how cheap, and when the noise is of use."""

import numpy as np

from needlebook.autograd import Tensor
from needlebook.experiments.connected import Connected, digits, loss_on
from needlebook.optim import SGD


def first_gradient(network, X, y):
    """Return the gradient on these examples as one array of all parameters."""
    loss_on(network, X, y).backward()
    return np.concatenate([p.grad.numpy().ravel() for p in network.parameters()])


def gradient_noise(batches, draws=100, seed=0):
    """Return, for each batch size, the bias and the variance of the gradient.

    Examples are drawn with replacement; both numbers are sums over all parameters, by
    the squared norm of the full gradient. The bias is that of the mean of all draws.
    """
    X, y = digits()
    rng, network = np.random.default_rng(seed), Connected([64, 30, 10], dtype="float64")
    full = first_gradient(network, X, y)
    found = []
    for batch in batches:
        sample = [
            first_gradient(network, X[rows], y[rows])
            for rows in rng.integers(len(X), size=(draws, batch))
        ]
        bias = np.sum((np.mean(sample, axis=0) - full) ** 2)
        variance = np.sum(np.var(sample, axis=0, ddof=1))
        found.append((bias / np.sum(full**2), variance / np.sum(full**2)))
    return np.array(found)


def loss_by_epoch(batch, lr, seed, epochs=4):
    """Return the loss on 1280 digits before training and after each epoch.

    `batch` examples a step, without replacement; all of them if `batch` is 1280.
    """
    X, y = digits()
    X, y = X[:1280], y[:1280]
    rng, network = np.random.default_rng(seed), Connected([64, 30, 10], seed)
    optimizer = SGD(network.parameters(), lr=lr)
    losses = [loss_on(network, X, y).numpy().item()]
    for _ in range(epochs):
        for rows in rng.permutation(1280).reshape(-1, batch):
            loss_on(network, X[rows], y[rows]).backward()
            optimizer.step()
        losses.append(loss_on(network, X, y).numpy().item())
    return np.array(losses)


def tilted(x):
    """x^4 / 4 - x^2 / 2 + x / 8: a shallow well near 0.93, a deep one near -1.06."""
    square = x * x
    return (square * (square / 4 - 0.5) + x / 8).sum()


def share_in_deep_well(noise, particles=100, steps=500, lr=0.05, seed=0):
    """Return the share of particles that end in the deep well, all starting shallow.

    Each step adds noise of this standard deviation to the gradient of each particle.
    """
    rng = np.random.default_rng(seed)
    x = Tensor(np.full(particles, 0.93))
    optimizer = SGD([x], lr=lr)
    for _ in range(steps):
        push = Tensor(noise * rng.normal(size=particles), requires_grad=False)
        (tilted(x) + (push * x).sum()).backward()
        optimizer.step()
    return float(np.mean(x.numpy() < 0))
