# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Averages of batch statistics, compared on the same training."""

import numpy as np

from needlebook import nn
from needlebook.experiments import normalized as net

AVERAGES = ("last batch", "0.1", "0.01", "all so far", "computed again")
STOPS = (10, 30, 100, 300)


class Watched(nn.BatchNorm1d):
    """A batch norm that writes down the statistics of every batch."""

    def follow(self, mean, variance, m):
        self.__dict__.setdefault("seen", []).append(np.stack([mean[0], variance[0]]))
        super().follow(mean, variance, m)


def averaged(seen, kind):
    """Return mean and variance (2, n) from those of all batches so far, in order."""
    if kind == "all so far":
        return np.mean(seen, axis=0)
    share = 1.0 if kind == "last batch" else float(kind)
    average = np.stack([np.zeros_like(seen[0][0]), np.ones_like(seen[0][1])])
    for one in seen:
        average = (1 - share) * average + share * one
    return average


def set_averages(norms, kind):
    """Give each norm the average of what it has seen."""
    for norm in norms:
        mean, variance = averaged(norm.seen, kind).astype("float32")
        norm.running_mean, norm.running_var = net.constant(mean), net.constant(variance)


def recompute(model, X, batch=100):
    """Set the running statistics to the mean over batches of X, weights at rest."""
    model.train()
    norms = net.norms_of(model)
    momenta = [norm.momentum for norm in norms]
    for t, start in enumerate(range(0, len(X), batch), 1):
        for norm in norms:
            norm.momentum = 1 / t
        net.logits(model, X[start : start + batch])
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    model.eval()


def average_errors(seed, rate=0.3):
    """Return test errors (stops, averages) along one training."""
    X, y, X_test, y_test = net.digits(seed)
    model = net.mlp([64, 100, 100, 10], Watched, seed=seed)
    rows, done = [], 0
    for stop in STOPS:
        net.fit(model, X, y, stop - done, rate, seed=seed + stop)
        row, done = [], stop
        for kind in AVERAGES:
            if kind == "computed again":
                seen = [list(norm.seen) for norm in net.norms_of(model)]
                recompute(model, X)
                for norm, before in zip(net.norms_of(model), seen, strict=True):
                    norm.seen = before
            else:
                set_averages(net.norms_of(model), kind)
            row.append(net.error(model, X_test, y_test))
        rows.append(row)
    return rows
