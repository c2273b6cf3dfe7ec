# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How wide one hidden layer must be, on a line and in more dimensions (L3a.9, 10)."""

from __future__ import annotations

import numpy as np

from needlebook.manual.approximation import interpolating_network, largest_error
from needlebook.manual.features import with_constant
from needlebook.manual.network import Adam, fit, mean_squared_error, mlp

WIDTHS = (2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724)
TARGETS = {
    "sin(2πx)": lambda x: np.sin(2 * np.pi * x),
    "|x - 1/3|": lambda x: np.abs(x - 1 / 3),
    "√x": np.sqrt,
}


def slope(x, y):
    """Return the exponent p of the power law y = c x^p that fits best on log axes."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def built_errors(f, widths):
    """Return the largest error on [0, 1] of the interpolating network of each width."""
    return [
        largest_error(interpolating_network(f, np.linspace(0, 1, n + 1)), f, 0, 1)
        for n in widths
    ]


def knots_in(X, W, rng):
    """Return biases that let each hyperplane x w + b = 0 pass through a row of X."""
    return -np.sum(X[rng.integers(len(X), size=W.shape[1])] * W.T, axis=1)


def trained_error(f, width, seed, steps=1200):
    """Return the largest error on [0, 1] after training this width on f."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, 256)[:, None]
    network = mlp([1, width, 1], rng)
    first = network.layers[0].parameters
    first["b"][:] = knots_in(x, first["W"], rng)
    fit(network, x, f(x), steps, Adam(0.02), loss=mean_squared_error)
    return largest_error(network, f, 0, 1)


def bumps(d, rng, cells=2):
    """Return f: [0, 1]^d -> R with one pyramid, up or down by chance, in each cell."""
    signs = rng.choice([-1.0, 1.0], size=(cells,) * d)

    def f(X):
        cell = np.minimum((X * cells).astype(int), cells - 1)
        distance = np.abs(X * cells - cell - 0.5).max(axis=1)
        return signs[tuple(cell.T)] * (1 - 2 * distance)

    return f


def plane_wave(d, rng):
    """Return f: [0, 1]^d -> R that varies along one random direction only."""
    w = rng.normal(size=d)
    w *= 6.0 / np.linalg.norm(w)
    return lambda X: np.sin(X @ w)


def needed_width(make_target, d, seed, *, trained=False, error=0.5, m=2000):
    """Return the smallest of WIDTHS with a relative rms error below `error`, or None.

    The output layer is solved by least squares over a random hidden layer; with
    trained, both layers are trained, and every other width is tried. The error is
    taken on new points.
    """
    rng = np.random.default_rng(seed)
    f = make_target(d, rng)
    X, X_new = rng.random((m, d)), rng.random((m, d))
    y, y_new = f(X), f(X_new)
    for width in WIDTHS[::2] if trained else WIDTHS:
        network = mlp([d, width, 1], rng)
        first = network.layers[0].parameters
        first["b"][:] = knots_in(X, first["W"], rng)
        if trained:
            options = {"loss": mean_squared_error, "batch": 500, "rng": rng}
            fit(network, X, y[:, None], 500, Adam(0.05), **options)
            out = network(X_new)[:, 0]
        else:
            Z = with_constant(network.features(X))
            v = np.linalg.lstsq(Z, y, rcond=1e-8)[0]
            out = with_constant(network.features(X_new)) @ v
        if np.mean((out - y_new) ** 2) < error**2 * np.mean(y_new**2):
            return width
    return None
