# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Random Fourier features: their kernel, the notes' formula, and a rival (L3a.2)."""

from __future__ import annotations

import numpy as np

from needlebook.manual import toy
from needlebook.manual.features import (
    EvenCosines,
    LinearReadout,
    RandomFourierFeatures,
    gaussian_kernel,
    median_distance,
)
from needlebook.manual.network import Adam, accuracy, fit, mlp

LENGTHS = (0.1, 0.2, 0.4, 0.8)


def left_or_right(seed, d=500):
    """Return test accuracies on y = [x_1 > 0]: cosines without, then with phase."""
    rng = np.random.default_rng(seed)
    X, X_test = rng.normal(size=(500, 2)), rng.normal(size=(2000, 2))
    y, y_test = (X[:, 0] > 0).astype(int), X_test[:, 0] > 0
    found = []
    for phi in (EvenCosines(2, d, 1.0, rng), RandomFourierFeatures(2, d, 1.0, rng)):
        scores = LinearReadout(phi(X), y)(phi(X_test))
        found.append(float(np.mean(scores.argmax(axis=1) == y_test)))
    return found


def kernel_errors(sizes, seeds, m=150, length=1.0):
    """Return the rms of phi(x).phi(y) - k(x, y), one row per seed, column per size."""
    errors = np.empty((len(seeds), len(sizes)))
    for row, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(m, 2))
        exact = gaussian_kernel(X, X, length)
        for column, d in enumerate(sizes):
            phi = RandomFourierFeatures(2, d, length, rng)(X)
            errors[row, column] = np.sqrt(np.mean((phi @ phi.T - exact) ** 2))
    return errors


def problem(name, rng):
    """Return (X, y, X_test, y_test) of one of the five problems of the comparison."""
    if name == "digits":
        return toy.split(*toy.digits(), rng, 1000)
    make = getattr(toy, name)
    return *make(500, rng), *make(1500, rng)


def random_against_learned(name, seed, d=64, steps=800):
    """Return test accuracies with d random features and with d learned ReLU units.

    The random features get the best of four length scales on a fifth of the training
    examples held out.
    """
    rng = np.random.default_rng(seed)
    X, y, X_test, y_test = problem(name, rng)
    typical, fifth = median_distance(X), len(X) // 5
    best = (-1.0, None)
    for scale in LENGTHS:
        phi = RandomFourierFeatures(X.shape[1], d, scale * typical, rng)
        readout = LinearReadout(phi(X[fifth:]), y[fifth:])
        score = np.mean(readout(phi(X[:fifth])).argmax(axis=1) == y[:fifth])
        best = max(best, (score, phi), key=lambda pair: pair[0])
    phi = best[1]
    chosen = LinearReadout(phi(X), y)(phi(X_test)).argmax(axis=1)
    network = mlp([X.shape[1], d, y.max() + 1], rng)
    fit(network, X, y, steps, Adam(0.03), batch=100, rng=rng)
    return float(np.mean(chosen == y_test)), accuracy(network, X_test, y_test)
