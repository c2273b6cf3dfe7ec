# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Initialization, optimizer, norm, regularization: all combinations (L9.49)."""

import csv
import itertools
import sys

import numpy as np

from needlebook import nn, optim
from needlebook.experiments.decay import shrink
from needlebook.experiments.regularized import error, few_digits, fit, network, weights
from needlebook.models import MLPResNet

OPTIMIZERS = {
    "SGD": lambda params, lr: optim.SGD(params, lr=lr, momentum=0.9),
    "Adam": lambda params, lr: optim.Adam(params, lr=lr),
}
NORMS = {"none": None, "layer": nn.LayerNorm1d, "batch": nn.BatchNorm1d}
RATES = {"SGD": (0.1, 0.3, 1.0), "Adam": (0.001, 0.003, 0.01)}


def build(architecture, c, norm, drop):
    """Return a network for the digits: two hidden layers of 64, or two residual blocks.

    Its weights have variance c / fan_in; `norm` is a name of NORMS.
    """
    if architecture == "plain":
        model = network([64, 64, 64, 10], norm=NORMS[norm], drop=drop)
    else:
        without = lambda _: nn.Identity()  # noqa: E731
        model = MLPResNet(64, 64, 2, norm=NORMS[norm] or without, drop_prob=drop)
    shrink(weights(model), (c / 2) ** 0.5)
    return model


def one_run(c, optimizer, norm, regularizer, lr, seed, architecture="plain", steps=150):
    """Train on 300 digits; return the errors on 200 others and on the rest.

    `regularizer`: "none", "decay" (each step takes 0.3 % off the weights), "dropout"
    (p = 0.3), or "both".
    """
    X, y, X_rest, y_rest = few_digits(seed, train=300)
    np.random.seed(seed)
    drop = 0.3 if regularizer in ("dropout", "both") else 0.0
    model = build(architecture, c, norm, drop)
    opt, decay = OPTIMIZERS[optimizer](model.parameters(), lr), None
    if regularizer in ("decay", "both"):
        decay = lambda: shrink(weights(model), 0.997)  # noqa: E731
    with np.errstate(over="ignore", invalid="ignore"):
        fit(model, X, y, opt, steps, batch=50, before_step=decay)
        held_out = error(model, X_rest[:200], y_rest[:200])
        return held_out, error(model, X_rest[200:], y_rest[200:])


FACTORS = {
    "initialization": (0.5, 2.0),
    "optimizer": ("SGD", "Adam"),
    "normalization": ("none", "batch"),
    "regularization": ("none", "both"),
}


def corners(seed, steps=80):
    """Return the test errors (2, 2, 2, 2) of all combinations of FACTORS."""
    errors = [
        one_run(*levels, RATES[levels[1]][1], seed, steps=steps)[1]
        for levels in itertools.product(*FACTORS.values())
    ]
    return np.reshape(errors, (2, 2, 2, 2))


def effects(errors):
    """Return {names: effect} for each factor and each pair of factors.

    The effect of one factor: mean of `errors` (2, 2, 2, 2) at its second level less
    that at its first. Of a pair: half the difference that one makes to the other's.
    """
    found = {}
    for size in (1, 2):
        for axes in itertools.combinations(range(4), size):
            table = errors.mean(axis=tuple(set(range(4)) - set(axes)))
            for _ in axes:
                table = np.diff(table, axis=0)[0]
            names = " x ".join(list(FACTORS)[i] for i in axes)
            found[names] = float(table) / 2 ** (size - 1)
    return found


LARGE = {
    "architecture": ("plain", "residual"),
    "init": (0.5, 2.0, 8.0),
    "optimizer": ("SGD", "Adam"),
    "norm": ("none", "layer", "batch"),
    "regularizer": ("none", "decay", "dropout"),
}


def large_grid(path, seeds=range(3)):
    """Run LARGE with three step sizes each and keep all errors as CSV, some minutes."""
    columns = [*LARGE, "lr", "seed", "validation", "test"]
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for levels in itertools.product(*LARGE.values()):
            architecture, *rest = levels
            for lr, seed in itertools.product(RATES[levels[2]], seeds):
                found = one_run(*rest, lr, seed, architecture)
                writer.writerow([*levels, lr, seed, *(f"{e:.4f}" for e in found)])
            file.flush()


def tuned(path):
    """Return {levels: test errors by seed} with the step size best on validation."""
    runs = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            levels = tuple(row[name] for name in LARGE)
            of_rate = runs.setdefault(levels, {}).setdefault(row["lr"], [])
            of_rate.append((float(row["validation"]), float(row["test"])))
    best = {}
    for levels, by_rate in runs.items():
        chosen = min(by_rate.values(), key=lambda pairs: np.mean(pairs, axis=0)[0])
        best[levels] = [test for _, test in chosen]
    return best


if __name__ == "__main__":
    large_grid(sys.argv[1])
