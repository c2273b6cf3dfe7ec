# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Optimizers on quadratic bowls, f(w) = 1/2 w H w^T, whose every answer is known."""

import numpy as np

from needlebook.autograd import Tensor
from needlebook.optim import SGD


def spectrum(kappa, n=10):
    """Return n eigenvalues from 1 / kappa to 1, evenly spaced in their logarithm."""
    return np.geomspace(1 / kappa, 1, n)


def rotated(eigenvalues, seed=0):
    """Return a matrix (n, n) with these eigenvalues and random eigenvectors."""
    n = len(eigenvalues)
    Q = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))[0]
    return Q * eigenvalues @ Q.T


def descend(make, H, start, steps):
    """Return the path, (steps + 1, n), of the optimizer make([w]) from `start`.

    `H`: the Hessian, or its diagonal. The gradient H w is given to the optimizer as
    is; on long paths that is quicker than to record it.
    """
    w = Tensor(np.array(start, dtype="float64"))
    optimizer, path = make([w]), [w.numpy()]
    for _ in range(steps):
        here = path[-1]
        w.grad = Tensor(H * here if np.ndim(H) == 1 else H @ here, requires_grad=False)
        optimizer.step()
        path.append(w.realize_cached_data())
    return np.array(path)


def steps_until(make, H, start, tolerance=1e-3, limit=20_000):
    """Return the number of steps until |w| is `tolerance` of what it was.

    None if it is not by `limit`, or if w grows a thousandfold.
    """
    w = Tensor(np.array(start, dtype="float64"))
    optimizer, first = make([w]), np.linalg.norm(start)
    for step in range(1, limit + 1):
        here = w.realize_cached_data()
        w.grad = Tensor(H * here if np.ndim(H) == 1 else H @ here, requires_grad=False)
        optimizer.step()
        size = np.linalg.norm(w.realize_cached_data()) / first
        if size <= tolerance:
            return step
        if not size < 1000:
            return None
    return None


def best_gradient_descent(eigenvalues):
    """Return SGD with the step size that contracts the slowest direction most."""
    return lambda p: SGD(p, lr=2 / (eigenvalues.min() + eigenvalues.max()))


def best_momentum(eigenvalues):
    """Return SGD with the step size and the momentum that contract most.

    Source: Polyak (1964); his step is ours times 1 - momentum.
    """
    low, high = np.sqrt(eigenvalues.min()), np.sqrt(eigenvalues.max())
    beta = ((high - low) / (high + low)) ** 2
    return lambda p: SGD(p, lr=4 / (high + low) ** 2 / (1 - beta), momentum=beta)
