# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Dropout as a change of the function, and as an estimate (L9.45-L9.48)."""

import numpy as np

from needlebook import nn, optim
from needlebook.experiments.minimum_norm import underdetermined
from needlebook.experiments.overparameterised import spoil
from needlebook.experiments.regularized import (
    constants,
    error,
    few_digits,
    fit,
    logits,
    network,
)


def trained_with(drop, seed, steps=200, hidden=(64, 64)):
    """Return a network trained on 200 digits with dropout, and the test data."""
    X, y, X_test, y_test = few_digits(seed)
    np.random.seed(seed)
    model = network([64, *hidden, 10], drop=drop)
    fit(model, X, y, optim.Adam(model.parameters(), lr=0.005), steps, batch=50)
    return model, X_test[:600], y_test[:600]


def masked_outputs(model, X, p, masks):
    """Return the logits (masks, m, k) under as many masks that drop with p."""
    for module in model.modules:
        if isinstance(module, nn.Dropout):
            module.p = p
    model.train()
    return np.stack([model(*constants(X)).numpy() for _ in range(masks)])


def change_of_function(drop, masks, seed):
    """Return how far masks move the logits (a part of their norm), how often the class.

    `drop`: the probability in training, `masks`: those afterwards, a pair for each.
    """
    model, X, _ = trained_with(drop, seed)
    whole = logits(model, X)
    found = []
    for p in masks:
        masked = masked_outputs(model, X, p, 10)
        moved = np.linalg.norm(masked - whole, axis=(1, 2)) / np.linalg.norm(whole)
        flips = masked.argmax(axis=2) != whole.argmax(axis=1)
        found.append((float(moved.mean()), float(flips.mean())))
    return found


def softmax(z):
    """Return the softmax over the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def monte_carlo(p=0.5, masks=30, seed=0):
    """Keep dropout on at test time; return a dict of what that tells.

    Mean loss and error of the usual pass and of the mean over masks; the mean spread of
    the winning probability where the mean over masks is right, and where it is wrong.
    """
    model, X, y = trained_with(p, seed)
    usual = softmax(logits(model, X))
    draws = softmax(masked_outputs(model, X, p, masks))
    mean, rows = draws.mean(axis=0), np.arange(len(y))
    winner = mean.argmax(axis=1)
    spread, right = draws[:, rows, winner].std(axis=0), winner == y
    return {
        "loss": (nll(usual, y), nll(mean, y)),
        "error": (np.mean(usual.argmax(axis=1) != y), np.mean(~right)),
        "spread": (spread[right].mean(), spread[~right].mean()),
    }


def nll(probabilities, y):
    """Return the mean negative logarithm of the probability of the right class."""
    return float(-np.mean(np.log(probabilities[np.arange(len(y)), y])))


def subset_estimates(terms, k, draws=4000, seed=0):
    """Return estimates n/k * (sum over k of the n terms), the k drawn anew each time.

    `terms` (n,). Drawn without replacement.
    """
    rng = np.random.default_rng(seed)
    n = len(terms)
    chosen = rng.random((draws, n)).argsort(axis=1)[:, :k]
    return n / k * terms[chosen].sum(axis=1)


def mask_estimates(terms, p, draws=4000, seed=0):
    """Return estimates sum over kept terms / (1 - p), each dropped with p."""
    kept = np.random.default_rng(seed).random((draws, len(terms))) >= p
    return (kept * terms).sum(axis=1) / (1 - p)


def subset_variance(terms, k):
    """Return the variance of `subset_estimates`: n^2 (1/k - 1/n) S^2."""
    n = len(terms)
    return n**2 * (1 / k - 1 / n) * np.var(terms, ddof=1)


def mask_variance(terms, p):
    """Return the variance of `mask_estimates`: p / (1 - p) times the sum of squares."""
    return p / (1 - p) * np.sum(np.square(terms))


def terms_of_a_sum(seed=0):
    """Return two arrays of terms from one trained network, as sums that are estimated.

    W_j z_j of one output over its hidden units j, and the gradient of one weight over
    the examples i.
    """
    X, y, _, _ = few_digits(seed)
    np.random.seed(seed)
    model = network([64, 100, 10])
    fit(model, X, y, optim.SGD(model.parameters(), lr=0.1), 20)
    first, relu, last = model.modules
    hidden = relu(first(*constants(X))).numpy()
    units = hidden[0] * last.weight.numpy()[:, 0]
    wrong = softmax(logits(model, X))[:, 0] - (y == 0)
    examples = hidden[:, hidden.std(axis=0).argmax()] * wrong / len(X)
    return units.astype(float), examples.astype(float)


def two_noises(p=0.3, batch=5, steps=4000, seed=0):
    """Least squares with fewer examples than weights, by minibatches and by dropout.

    Returns the ends of both from 0, the solution of smallest norm, and that of least
    squares with p/(1-p) |x_j|^2 w_j^2 added for every feature j.
    """
    X, y = underdetermined(seed=seed)
    (m, n), rng = X.shape, np.random.default_rng(seed)
    by_batch, by_mask, average = np.zeros(n), np.zeros(n), np.zeros(n)
    for step in range(steps):
        rows = rng.permutation(m)[:batch]
        A = X[rows]
        by_batch = by_batch - 0.01 * A.T @ (A @ by_batch - y[rows])
        A = X * (rng.random((m, n)) >= p) / (1 - p)
        by_mask = by_mask - 0.002 * A.T @ (A @ by_mask - y)
        average += by_mask * (step >= steps // 4) / (steps - steps // 4)
    squares = np.diag(np.sum(X**2, axis=0))
    ridge = np.linalg.solve(X.T @ X + p / (1 - p) * squares, X.T @ y)
    return by_batch, average, np.linalg.pinv(X) @ y, ridge


def by_noise(kind, seed, steps=300, width=64):
    """Return train and test error on 200 digits, a fifth mislabelled, after SGD.

    `kind`: "none" (all examples, no masks), "batch" (10 examples), "dropout" (all
    examples, masks with p = 1/2), or "both".
    """
    X, y, X_test, y_test = few_digits(seed)
    y = spoil(y, 0.2, np.random.default_rng(seed + 100))
    np.random.seed(seed)
    model = network([64, width, 10], drop=0.5 if kind in ("dropout", "both") else None)
    opt = optim.SGD(model.parameters(), lr=0.3)
    fit(model, X, y, opt, steps, batch=10 if kind in ("batch", "both") else None)
    return error(model, X, y), error(model, X_test, y_test)
