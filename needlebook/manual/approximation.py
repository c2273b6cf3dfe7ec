# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""One hidden ReLU layer written down, not trained: universal approximation at work."""

from __future__ import annotations

import numpy as np

from .network import mlp


def linear_pieces(network, low, high, points=200001):
    """Return the number of linear pieces of a one-dimensional network on [low, high].

    Counted on a grid, so pieces shorter than two steps of it are missed.
    """
    x = np.linspace(low, high, points)
    slopes = np.diff(network(x[:, None])[:, 0]) / np.diff(x)
    tolerance = 1e-6 * (1.0 + np.abs(slopes).max())
    changed = np.abs(np.diff(slopes)) > tolerance
    # A corner between two grid points bends two neighbouring differences: count once.
    return 1 + int(np.sum(changed & ~np.concatenate([[False], changed[:-1]])))


def interpolating_network(f, knots):
    """Return a network 1 -> N -> 1 that equals f at N + 1 increasing knots.

    Between the knots it is linear, so its error is at most max |f''| h^2 / 8 where f
    has a second derivative and h is the widest gap.
    """
    knots = np.asarray(knots, float)
    if knots.ndim != 1 or len(knots) < 2 or np.any(np.diff(knots) <= 0):
        raise ValueError("interpolating_network: wants two or more increasing knots")
    values = f(knots)
    slopes = np.diff(values) / np.diff(knots)
    network = mlp([1, len(slopes), 1], np.random.default_rng(0))
    first, _, last = network.layers
    first.parameters["W"][:] = 1.0
    first.parameters["b"][:] = -knots[:-1]
    last.parameters["W"][:, 0] = np.diff(slopes, prepend=0.0)
    last.parameters["b"][:] = values[0]
    return network


def largest_error(network, f, low, high, points=2001):
    """Return max |network - f| on a fine grid of [low, high].

    The grid has points between any two corners of the first layer, however close.
    """
    first = network.layers[0].parameters
    corners = np.clip(-first["b"] / first["W"][0], low, high)
    ends = np.unique([low, *corners, high])
    between = np.linspace(ends[:-1], ends[1:], 17)
    x = np.unique(np.concatenate([np.linspace(low, high, points), between.ravel()]))
    return float(np.max(np.abs(network(x[:, None])[:, 0] - f(x))))


def ridge_sum_network(directions, curves, low, high, units):
    """Return a network n -> len(curves) * units -> 1 equal to about sum_j g_j(x w_j).

    directions is (n, p), one column w_j per curve g_j; each x w_j must lie in
    [low, high]. Every curve is interpolated by `units` hidden units.
    """
    n, p = directions.shape
    network = mlp([n, p * units, 1], np.random.default_rng(0))
    first, _, last = network.layers
    for j, g in enumerate(curves):
        part = slice(j * units, (j + 1) * units)
        one = interpolating_network(g, np.linspace(low, high, units + 1))
        first.parameters["W"][:, part] = directions[:, j : j + 1]
        first.parameters["b"][part] = one.layers[0].parameters["b"]
        last.parameters["W"][part] = one.layers[2].parameters["W"]
        last.parameters["b"] += one.layers[2].parameters["b"]
    return network


def sawtooth_network(depth):
    """Return 2 ReLU units per layer, depth layers, 2^depth linear pieces on [0, 1].

    Each layer applies the tent x -> 2 relu(x) - 4 relu(x - 1/2). Telgarsky (2016).
    """
    network = mlp([1, *[2] * depth, 1], np.random.default_rng(0))
    for layer in network.layers[::2]:
        n_in = len(layer.parameters["W"])
        layer.parameters["W"][:] = 1.0 if n_in == 1 else [[2.0], [-4.0]]
        wide = layer.parameters["W"].shape[1] == 2
        layer.parameters["b"][:] = [0.0, -0.5] if wide else 0.0
    return network
