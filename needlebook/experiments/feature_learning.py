# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Who makes the features: nobody, we, or the network (L3a.1)."""

from __future__ import annotations

import numpy as np

from needlebook.manual.features import with_radius
from needlebook.manual.layers import Cosine, ReLU, Tanh
from needlebook.manual.network import Adam, accuracy, fit, mean_squared_error, mlp
from needlebook.manual.toy import checkerboard, rings, spirals

PLANE = {"rings": rings, "spirals": spirals, "checkerboard": checkerboard}
CURVES = {
    "corners": lambda x: np.abs(x + 0.3) - np.abs(1.5 * x - 0.6),
    "steps": lambda x: np.tanh(9 * (x + 0.4)) - np.tanh(9 * (x - 0.5)),
    "waves": lambda x: np.cos(9 * x + 0.5) + 0.5 * np.cos(15 * x),
}


def three_learners(make_data, seed):
    """Return test accuracies: linear on x, linear on (x, r^2), one learned layer."""
    rng = np.random.default_rng(seed)
    X, y = make_data(400, rng)
    X_test, y_test = make_data(1000, rng)
    found = []
    for phi, widths, rate in [
        (lambda x: x, [2, 2], 0.05),
        (with_radius, [3, 2], 0.05),
        (lambda x: x, [2, 32, 2], 0.03),
    ]:
        network = mlp(widths, rng)
        fit(network, phi(X), y, 700, Adam(rate))
        found.append(accuracy(network, phi(X_test), y_test))
    return found


def curve_errors(curve, seed, width=8):
    """Return the rms error that ReLU, tanh, cosine units reach on one of CURVES."""
    x = np.linspace(-1, 1, 128)[:, None]
    target = CURVES[curve](x)
    found = []
    for activation, spread in [(ReLU, 1.0), (Tanh, 3.0), (Cosine, 6.0)]:
        rng = np.random.default_rng(seed)
        network = mlp([1, width, 1], rng, activation)
        first = network.layers[0].parameters
        first["W"] *= spread
        first["b"][:] = rng.uniform(-spread, spread, width)
        fit(network, x, target, 1200, Adam(0.03), loss=mean_squared_error)
        found.append(float(np.sqrt(np.mean((network(x) - target) ** 2))))
    return found
