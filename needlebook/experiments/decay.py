# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Weight decay: how much, and through which optimizer (L9.35-L9.39)."""

from functools import partial

import numpy as np

from needlebook import optim
from needlebook.autograd import Tensor
from needlebook.experiments.lipschitz import product_bound, steepest
from needlebook.experiments.minimum_norm import norm_of
from needlebook.experiments.overparameterised import spoil
from needlebook.experiments.regularized import (
    error,
    few_digits,
    fit,
    network,
    weights,
)

LAMBDAS = (0.0, 3e-3, 1e-2, 3e-2, 1e-1)


def with_decay(lam, seed, steps=300, width=50):
    """Train on 200 digits, a fifth of the labels drawn anew, by SGD with decay `lam`.

    Returns a dict: errors on both sets, norm of the weights, Lipschitz bound, and the
    steepest slope at the test points.
    """
    X, y, X_test, y_test = few_digits(seed)
    np.random.seed(seed)
    y = spoil(y, 0.2, np.random.default_rng(seed + 100))
    model = network([64, width, 10])
    fit(model, X, y, optim.SGD(model.parameters(), lr=0.5, weight_decay=lam), steps)
    return {
        "train": error(model, X, y),
        "test": error(model, X_test, y_test),
        "norm": norm_of([W.numpy() for W in weights(model)]),
        "bound": product_bound(model),
        "slope": steepest(model, X_test[:200]),
    }


def shrink(params, factor):
    """Multiply every parameter by `factor`: the decay that is named weight decay."""
    for p in params:
        p.data = factor * p.data


def two_forms(kind, lam, lr=0.01, steps=50, seed=0):
    """Return all weights after training with `lam` in the loss, and with decay apart.

    `kind`: an optimizer of `optim`. Both runs start equal and see the same batches.
    """
    X, y, _, _ = few_digits(seed)
    ends = []
    for apart in (False, True):
        np.random.seed(seed)
        params = (model := network([64, 30, 10])).parameters()
        opt = kind(params, lr=lr, weight_decay=0.0 if apart else lam)
        decay = partial(shrink, params, 1 - lr * lam) if apart else None
        fit(model, X, y, opt, steps, batch=50, before_step=decay)
        ends.append(np.concatenate([p.numpy().ravel() for p in params]))
    return ends


def left_after_noise(kind, scale, apart, lam=1.0, lr=0.001, steps=500, seed=0):
    """Return what is left of weights 1 whose gradient is noise of size `scale`.

    With `lam` in the loss, or `apart` from it. The mean over 200 weights.
    """
    rng = np.random.default_rng(seed)
    weight = Tensor(np.ones(200))
    opt = kind([weight], lr=lr, weight_decay=0.0 if apart else lam)
    for _ in range(steps):
        noise = scale * rng.normal(size=weight.shape)
        (weight * Tensor(noise, requires_grad=False)).sum().backward()
        if apart:
            shrink([weight], 1 - lr * lam)
        opt.step()
    return float(weight.numpy().mean())
