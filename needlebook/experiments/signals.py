# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What a random layer does to the size of signals, forward and back (L6.35-L6.37)."""

import numpy as np


def chain(widths, variance, seed=0):
    """Send a random input forward through ReLU layers, a random adjoint back.

    variance(fan_in, fan_out): that of the weights. Returns the mean square of the
    activations (after each layer) and of the adjoints (before each layer).
    """
    rng = np.random.default_rng(seed)
    x, layers, forward, back = rng.normal(size=widths[0]), [], [], []
    for n, k in zip(widths, widths[1:]):
        W = rng.normal(0, np.sqrt(variance(n, k)), (n, k))
        z = x @ W
        layers.append((W, z > 0))
        x = np.maximum(z, 0)
        forward.append(np.mean(z**2))
    adjoint = rng.normal(size=widths[-1])
    for W, open_units in reversed(layers):
        adjoint = W @ (adjoint * open_units)
        back.append(np.mean(adjoint**2))
    return np.array(forward), np.array(back[::-1])


RULES = {
    "fan_in": lambda n, k: 2 / n,
    "fan_out": lambda n, k: 2 / k,
    "Xavier, gain of ReLU": lambda n, k: 4 / (n + k),
    "geometric mean": lambda n, k: 2 / np.sqrt(n * k),
}


def uneven(rule, pairs=15, narrow=50, wide=200, seeds=range(6)):
    """Return mean logs of the mean squares at both ends of a chain of uneven widths."""
    widths = [narrow, wide] * pairs + [narrow]
    found = [chain(widths, RULES[rule], seed) for seed in seeds]
    return np.array([[np.log(f[-1]), np.log(b[0])] for f, b in found])


def depth_and_width(depth, width, draws=100):
    """Return log of the RMS of the last layer over the first's, for many draws."""
    ends = []
    for seed in range(draws):
        forward, _ = chain([width] * (depth + 1), RULES["fan_in"], seed)
        ends.append(forward[-1] / forward[0])
    return np.log(ends) / 2


def cosines(network, X):
    """Return the mean cosine between examples X (m, n), and after each layer."""

    def mean_cosine(Z):
        Z = Z / np.maximum(np.linalg.norm(Z, axis=1, keepdims=True), 1e-30)
        m = len(Z)
        return (np.sum(Z.sum(axis=0) ** 2) - m) / (m * (m - 1))

    return np.array([mean_cosine(X), *map(mean_cosine, network.activations(X))])


def cosine_by_theory(start, depth):
    """Return the cosine of two examples after each of `depth` wide ReLU layers."""
    found = [start]
    for _ in range(depth):
        angle = np.arccos(found[-1])
        found.append((np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi)
    return np.array(found)


def relu_moments(draws=1_000_000, seed=0):
    """Return mean, second moment and variance of max(z, 0) for z standard normal."""
    x = np.maximum(np.random.default_rng(seed).normal(size=draws), 0)
    return x.mean(), np.mean(x**2), x.var()


def variance_of_product(means, variances, draws=1_000_000, seed=0):
    """Return the measured Var(xy), x and y normal and independent, and the formula's.

    means, variances: those of x and of y. The third number is Var(x) Var(y).
    """
    rng = np.random.default_rng(seed)
    (mx, my), (vx, vy) = means, variances
    x, y = rng.normal(mx, np.sqrt(vx), draws), rng.normal(my, np.sqrt(vy), draws)
    return np.var(x * y), vx * vy + vx * my**2 + vy * mx**2, vx * vy


def sum_after_relu(n=100, draws=20_000, seed=0):
    """Return Var(w x) measured, n Var(w) E[x^2], and the notes' n Var(w) Var(x).

    x (n): ReLU of standard normal numbers; w (n): normal of variance 2/n.
    """
    rng = np.random.default_rng(seed)
    x = np.maximum(rng.normal(size=(draws, n)), 0)
    w = rng.normal(0, np.sqrt(2 / n), (draws, n))
    return np.sum(w * x, axis=1).var(), 2 * np.mean(x**2), 2 * x.var()


def second_moments(function, derivative):
    """Return E f(z), E f(z)^2 and E f'(z)^2 for z standard normal, by integration."""
    z = np.linspace(-12, 12, 24_000)
    weight = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    f, slope = function(z), derivative(z)
    return np.sum(weight * f), np.sum(weight * f**2), np.sum(weight * slope**2)


def deep_signal(function, gain, depth=50, width=300, seed=0):
    """Return the RMS of `function`'s inputs after `depth` layers of this gain."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=width)
    for _ in range(depth):
        z = x @ rng.normal(0, gain / np.sqrt(width), (width, width))
        x = function(z)
    return float(np.sqrt(np.mean(z**2)))
