# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The same image in different batches, and training mode where it does not belong."""

import numpy as np

from needlebook import nn
from needlebook.experiments import normalized as net


def trained(seed=0, steps=200, norm=nn.BatchNorm1d):
    """Return a network with batch norm after 200 steps, and the digits it knows."""
    data = net.digits(seed)
    model = net.mlp([64, 100, 100, 10], norm, seed=seed)
    net.fit(model, *data[:2], steps, 0.3, seed=seed)
    return model, data


def in_company(model, X, i, others=9, draws=40, seed=0):
    """Return the logits (draws, k) of example i, each time with other companions."""
    rng, rows = np.random.default_rng(seed), []
    with net.restored(model):
        model.train()
        for _ in range(draws):
            company = rng.choice(np.delete(np.arange(len(X)), i), others, replace=False)
            rows.append(net.logits(model, X[[i, *company]])[0])
    return np.array(rows)


def undecided(model, X, images=30):
    """Return how many different answers each of the first images gets."""
    answers = [in_company(model, X, i).argmax(1) for i in range(images)]
    return np.array([len(set(row)) for row in answers])


def inference_errors(model, X, y, sizes=(1, 2, 5, 10, 30, 100)):
    """Return test errors in training mode: by batch size, then sorted by class."""
    order = np.argsort(y, kind="stable")
    with net.restored(model):
        shuffled = [net.error_in_training_mode(model, X, y, size) for size in sizes]
        return *shuffled, net.error_in_training_mode(model, X[order], y[order], 30)


def damage(model, X, y):
    """Return errors in eval mode after inference in training mode, by what passed."""
    streams = {
        "nothing": (X[:0], 30),
        "random batches of 30": (X, 30),
        "one class only": (X[y == 0], 10),
        "one image at a time": (X[:100], 1),
    }
    found = {}
    for name, (stream, size) in streams.items():
        with net.restored(model):
            for start in range(0, len(stream), size):
                model.train()
                net.logits(model, stream[start : start + size])
            model.eval()
            found[name] = net.error(model, X, y)
    return found
