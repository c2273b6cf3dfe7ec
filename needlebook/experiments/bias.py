# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Networks with a bias, without one, and with one constant feature (L3a.7)."""

from __future__ import annotations

import numpy as np

from needlebook.manual import toy
from needlebook.manual.features import with_constant
from needlebook.manual.network import Adam, accuracy, fit, mlp


def three_networks(name, seed, steps=700):
    """Return test accuracies: with biases, without, without but x extended by a 1."""
    rng = np.random.default_rng(seed)
    if name == "digits":
        X, y, X_test, y_test = toy.split(*toy.digits(), rng, 1000)
    else:
        make = getattr(toy, name)
        X, y, X_test, y_test = *make(400, rng), *make(1000, rng)
    found = []
    for bias, phi in [(True, np.asarray), (False, np.asarray), (False, with_constant)]:
        network = mlp([phi(X).shape[1], 32, y.max() + 1], rng, bias=bias)
        fit(network, phi(X), y, steps, Adam(0.03), batch=100, rng=rng)
        found.append(accuracy(network, phi(X_test), y_test))
    return found
