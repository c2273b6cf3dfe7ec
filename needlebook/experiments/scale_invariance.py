# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Weights of other norms, the same function: ReLU and normalization (L9.40, L9.41)."""

from functools import partial

import numpy as np

from needlebook import Tensor, nn, optim
from needlebook.experiments.decay import shrink
from needlebook.experiments.minimum_norm import norm_of
from needlebook.experiments.overparameterised import spoil
from needlebook.experiments.regularized import (
    constants,
    error,
    few_digits,
    fit,
    logits,
    network,
)


def rescale_hidden(model, factors):
    """Multiply what goes into hidden unit j by factors[j] > 0, divide what comes out.

    `model`: Linear, ReLU, Linear. The function stays the same.
    """
    first, _, last = model.modules
    c = np.asarray(factors, dtype=first.weight.dtype)
    first.weight.data = Tensor(first.weight.numpy() * c)
    first.bias.data = Tensor(first.bias.numpy() * c)
    last.weight.data = Tensor(last.weight.numpy() / c[:, None])


def balance(model):
    """Rescale so that |w_j,in| = |w_j,out|: the smallest norm of this function."""
    first, _, last = model.modules
    coming = np.sqrt((first.weight.numpy() ** 2).sum(0) + first.bias.numpy()[0] ** 2)
    going = np.linalg.norm(last.weight.numpy(), axis=1)
    rescale_hidden(model, np.sqrt(going / coming))


def same_function(seed=0, spread=3.0):
    """Train 64-50-10; return {name: (norm of parameters, test error, logits)}.

    As trained, with hidden units scaled by factors between 1/spread and spread, and
    balanced.
    """
    X, y, X_test, y_test = few_digits(seed)
    np.random.seed(seed)
    model = network([64, 50, 10])
    fit(model, X, y, optim.SGD(model.parameters(), lr=0.2), 300)
    factors = spread ** np.random.default_rng(seed).uniform(-1, 1, 50)
    found = {}
    for name in ("as trained", "rescaled", "balanced"):
        if name == "rescaled":
            rescale_hidden(model, factors)
        if name == "balanced":
            balance(model)
        norm = norm_of([p.numpy() for p in model.parameters()])
        found[name] = norm, error(model, X_test, y_test), logits(model, X_test)
    return found


def normalized_network(seed, dtype="float32", eps=1e-12):
    """Return Linear, BatchNorm, ReLU, Linear; the first Linear without a bias.

    A small `eps` in the norm: its default bends the invariance where weights are small.
    """
    np.random.seed(seed)
    return nn.Sequential(
        nn.Linear(64, 50, bias=False, dtype=dtype),
        nn.BatchNorm1d(50, eps=eps, dtype=dtype),
        nn.ReLU(),
        nn.Linear(50, 10, dtype=dtype),
    )


def loss_and_gradient(c, seed=0):
    """Return loss, gradient of the first weights W, and W, with W multiplied by c."""
    X, y, _, _ = few_digits(seed)
    model = normalized_network(seed, dtype="float64")
    W = model.modules[0].weight
    W.data = Tensor(c * W.numpy())
    loss = nn.SoftmaxLoss()(model(*constants(X.astype("float64"))), *constants(y))
    loss.backward()
    return loss.numpy().item(), W.grad.numpy(), W.numpy()


def twins(lam, lr=0.2, steps=200, seed=0):
    """Train twice: with decay of the first weights, and without, at a growing rate.

    Returns two arrays (steps, 2): loss, and norm of the first weights.
    """
    X, y, _, _ = few_digits(seed)
    keep = 1 - lr * lam
    runs = []
    for decays in (True, False):
        model = normalized_network(seed, "float64")
        W, *others = model.parameters()
        rate, history = lr, []
        rng = np.random.default_rng(seed)
        for step in range(steps):
            rows = rng.integers(0, len(X), 50)
            out = model(*constants(X[rows].astype("float64")))
            loss = nn.SoftmaxLoss()(out, *constants(y[rows]))
            history.append((loss.numpy().item(), norm_of([W.numpy()])))
            loss.backward()
            rate = lr if decays else lr * keep ** -(2 * step + 1)
            W.data = (keep if decays else 1.0) * W.data - rate * W.grad.data
            for p in others:
                p.data = p.data - lr * p.grad.data
        runs.append(np.array(history))
    return runs


def turning(lr, lam, steps=500, seed=0):
    """Train with SGD and decay of the first weights W; return (norm, angle) by step.

    The angle is that between W before and after a step, in radians. Half of the labels
    of every batch are drawn anew, so that the gradient never dies down.
    """
    X, y, _, _ = few_digits(seed)
    model = normalized_network(seed)
    W, *others = model.parameters()
    opt, rng = optim.SGD(others, lr=0.1), np.random.default_rng(seed)
    record = []
    for _ in range(steps):
        rows = rng.integers(0, len(X), 20)
        out = model(*constants(X[rows]))
        nn.SoftmaxLoss()(out, *constants(spoil(y[rows], 0.5, rng))).backward()
        before = W.numpy()
        W.data = (1 - lr * lam) * W.data - lr * W.grad.data
        opt.step()
        record.append((norm_of([W.numpy()]), angle(before, W.numpy())))
    return np.array(record)


def angle(one, other):
    """Return the angle between two arrays, seen as vectors, in radians."""
    one, other = (np.asarray(a, "float64").ravel() for a in (one, other))
    u, v = one / np.linalg.norm(one), other / np.linalg.norm(other)
    return float(2 * np.arcsin(min(1.0, np.linalg.norm(u - v) / 2)))


def decay_before_norm(lam, seed, steps=300, lr=0.3):
    """Return the test error after training on 200 digits, a fifth of them mislabelled,
    with decay of the weights before the norm alone."""
    X, y, X_test, y_test = few_digits(seed)
    y = spoil(y, 0.2, np.random.default_rng(seed + 100))
    model = normalized_network(seed)
    W, *others = model.parameters()
    opt = optim.SGD(model.parameters(), lr=lr)
    decay = partial(shrink, [W], 1 - lr * lam)
    fit(model, X, y, opt, steps, batch=50, before_step=decay)
    return error(model, X_test, y_test)
