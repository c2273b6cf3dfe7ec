# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Features in units that differ by orders of magnitude: who standardizes them?"""

import numpy as np

from needlebook import nn
from needlebook.experiments import normalized as net
from needlebook.manual import toy


def measured(seed):
    """Return the digits, each pixel in a unit of its own, split in two."""
    rng = np.random.default_rng(seed)
    X, y = toy.digits()
    X = (X * 10 ** rng.uniform(-2, 2, X.shape[1])).astype("float32")
    return toy.split(X, y, rng, 1400)


def unit_error(way, seed, steps=200):
    """Return the test error, and the batch norm of the input where there is one.

    `way`: "as they are", "standardized" before training, or by "batch norm". The step
    size of the first is the best of 1e-6, 1e-5, ..., 0.1; the others have 0.1.
    """
    X, y, X_test, y_test = measured(seed)
    if way == "standardized":
        mean, std = X.mean(0), X.std(0) + 1e-8
        X, X_test = (X - mean) / std, (X_test - mean) / std
    model = net.mlp([64, 50, 10], seed=seed)
    first = [nn.BatchNorm1d(64)] if way == "batch norm" else []
    model = nn.Sequential(*first, *model.modules)
    rate = 0.01 if way == "as they are" else 0.1
    net.fit(model, X, y, steps, rate, seed=seed)
    return net.error(model, X_test, y_test), (*first, None)[0]


def agreement(seed=0):
    """Return correlations of running mean and deviation with those of the data."""
    X, _, _, _ = measured(seed)
    norm = unit_error("batch norm", seed)[1]
    mean, std = norm.running_mean.numpy(), np.sqrt(norm.running_var.numpy())
    seen = X.std(0) > 0
    pairs = ((mean, X.mean(0)), (std, X.std(0)))
    return [
        np.corrcoef(np.log(a[seen] + 1e-9), np.log(b[seen] + 1e-9))[0, 1]
        for a, b in pairs
    ]
