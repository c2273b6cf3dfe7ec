# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A convolutional network against an MLP with as many parameters (L3a.12)."""

from __future__ import annotations

import numpy as np

from needlebook.manual import toy
from needlebook.manual.convolution import AsImage, Convolution, Flatten, MaxPool
from needlebook.manual.layers import Linear, ReLU
from needlebook.manual.network import Adam, Network, accuracy, fit, mlp


def convolutional(rng):
    """Return conv 6, pool, conv 12, pool, linear 10 for 8 x 8 images."""
    return Network(
        [
            AsImage(8, 8),
            Convolution(1, 6, rng),
            ReLU(),
            MaxPool(),
            Convolution(6, 12, rng),
            ReLU(),
            MaxPool(),
            Flatten(),
            Linear(48, 10, rng),
        ]
    )


def shifted(X, rng):
    """Return the images (m, 64) moved by -1, 0 or 1 pixel each way, zeros coming in."""
    padded = np.pad(X.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    moves = rng.integers(0, 3, (len(X), 2))
    return np.stack(
        [
            p[i : i + 8, j : j + 8].ravel()
            for p, (i, j) in zip(padded, moves, strict=True)
        ]
    )


def mlp_and_convolutional(train, seed, *, move=False, steps=400):
    """Return test accuracies of the MLP and the convolutional network.

    Both see `train` digits; with move, each digit is moved at random by a pixel.
    """
    rng = np.random.default_rng(seed)
    X, y, X_test, y_test = toy.split(*toy.digits(), rng, train)
    if move:
        X, X_test = shifted(X, rng), shifted(X_test, rng)
    found = []
    for network, rate in [(mlp([64, 16, 10], rng), 0.02), (convolutional(rng), 0.02)]:
        fit(network, X, y, steps, Adam(rate), batch=min(train, 64), rng=rng)
        found.append(accuracy(network, X_test, y_test))
    return found
