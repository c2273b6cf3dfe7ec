# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Where Newton's method is perfect, where it fails, and what it costs."""

import tracemalloc
from dataclasses import dataclass
from itertools import islice

import numpy as np

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.derivatives import hvp
from needlebook.experiments.connected import digits
from needlebook.optim import hessian, lbfgs, newton, newton_cg
from needlebook.optim.line_search import slope


def bowl(x):
    """sum sqrt(1 + x^2): convex, quadratic inside, as straight as a cone outside."""
    return ((x**2 + 1) ** 0.5).sum()


def newton_on_bowl(start, alpha, steps=60):
    """Return the sizes |x| of the points of Newton's method, up to 1e4."""
    sizes = []
    for x in islice(newton(bowl, np.array([start]), alpha), steps + 1):
        sizes.append(float(abs(x[0])))
        if not sizes[-1] < 1e4:
            break
    return np.array(sizes)


@dataclass(frozen=True)
class HessianCost:
    """Peak bytes of the whole Hessian and of one product with it, for n parameters."""

    n: int
    hessian: int
    product: int


def peak_bytes(function):
    """Return the largest number of bytes that `function()` held at once."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def coupled(x):
    """A function of n numbers, each coupled to all others through one sum."""
    return ops.log(ops.exp(x).sum()) + (x**4).sum()


def hessian_cost(n):
    """Measure memory for n parameters, the first call of each kind not counted."""
    x, v = np.linspace(-1, 1, n), Tensor(np.ones(n))
    hvp(coupled, Tensor(x), v)
    return HessianCost(
        n,
        peak_bytes(lambda: hessian(coupled, x)),
        peak_bytes(lambda: hvp(coupled, Tensor(x), v)),
    )


class Logistic:
    """Even digits against odd ones: logistic loss with a small ridge, n = 65.

    `calls` counts how often the loss was computed, be it for its value, for a
    gradient or for a product with the Hessian.
    """

    def __init__(self, ridge=1e-3):
        X, y = digits()
        X = np.hstack([X.astype("float64"), np.ones((len(X), 1))])
        self.signed = Tensor(X * (2 * (y % 2) - 1)[:, None], requires_grad=False)
        self.ridge, self.calls = ridge, 0

    def __call__(self, w):
        self.calls += 1
        margins = self.signed @ w
        fit = ops.log(ops.exp(-margins) + 1).sum() / margins.shape[0]
        return fit + (w**2).sum() * (self.ridge / 2)


def race(method, target=1e-5, limit=400):
    """Return (steps, calls of the loss) until the gradient is below `target`."""
    loss = Logistic()
    start = np.zeros((65, 1))
    points = {
        "Newton": lambda: newton(loss, start),
        "Newton-CG": lambda: newton_cg(loss, start),
        "L-BFGS": lambda: lbfgs(loss, start),
        "gradient descent": lambda: steepest(loss, start),
    }[method]()
    for steps, w in enumerate(islice(points, limit + 1)):
        so_far = loss.calls
        if np.linalg.norm(slope(loss, w)) < target:
            return steps, so_far
        loss.calls = so_far
    return None, so_far


def steepest(function, x, lr=0.4):
    """Yield x and the points that follow by gradient descent."""
    while True:
        yield x
        x = x - lr * slope(function, x)


def saddle(x):
    """x_1^2 - x_2^2 + x_2^4 / 4, for x (2,): a saddle at 0, minima at x_2 = +-1.41."""
    return (x**2 * Tensor([1.0, -1.0]) + x**4 * Tensor([0.0, 0.25])).sum()


def descents(x, lr=0.2):
    """Yield x and the points that follow by gradient descent."""
    while True:
        yield x
        x = x - lr * slope(saddle, x)


METHODS = {
    "gradient descent": descents,
    "Newton": lambda x: newton(saddle, x),
    "Newton, absolute eigenvalues": lambda x: newton(saddle, x, absolute=True),
}


def where_they_end(method, seed=0, starts=20, steps=20):
    """Return how many of `starts` random starts end at a minimum, and at the saddle."""
    rng = np.random.default_rng(seed)
    at_minimum = at_saddle = 0
    for _ in range(starts):
        *_, x = islice(METHODS[method](rng.uniform(-1, 1, 2)), steps)
        at_minimum += bool(abs(abs(x[1]) - 2**0.5) < 1e-2 and abs(x[0]) < 1e-2)
        at_saddle += bool(np.linalg.norm(x) < 1e-2)
    return at_minimum, at_saddle


def inverse_bias(batch, n=20, draws=200, seed=0):
    """Return the mean of H_B^-1 by its true value 1, for Hessians of `batch` rows.

    The Hessian of a linear regression on standard normal inputs is the identity; that
    of a batch is X^T X / batch. Returns one mean of the diagonal for each draw.
    """
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(draws, batch, n))
    inverses = np.linalg.inv(X.transpose(0, 2, 1) @ X / batch)
    return np.trace(inverses, axis1=1, axis2=2) / n


def regression_error(kind, alpha, batch=40, n=20, steps=200, seed=0):
    """Return the mean squared error of w over the last half of the steps.

    Each step sees a new batch of noisy examples. `kind`: "Newton", a step by the
    inverse Hessian of its own batch, or "SGD"; both times `alpha`.
    """
    rng = np.random.default_rng(seed)
    w, truth, errors = np.zeros(n), rng.normal(size=n), []
    for _ in range(steps):
        X = rng.normal(size=(batch, n))
        g = X.T @ (X @ w - X @ truth - rng.normal(size=batch)) / batch
        if kind == "Newton":
            g = np.linalg.solve(X.T @ X / batch, g)
        w = w - alpha * g
        errors.append(float(np.sum((w - truth) ** 2)))
    return float(np.mean(errors[steps // 2 :]))
