# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Newton's method, with the whole Hessian and through its products with vectors."""

import numpy as np

from ..autograd import Tensor
from ..derivatives import hvp
from .line_search import backtrack, slope


def hessian_product(function, x):
    """Return the function that multiplies an array with the Hessian at the array x."""
    x = Tensor(x)
    return lambda v: hvp(function, x, Tensor(v, requires_grad=False)).numpy()


def hessian(function, x):
    """Return all second derivatives at the array `x` of n entries, shape (n, n)."""
    product, H = hessian_product(function, x), np.empty((x.size, x.size), x.dtype)
    for i in range(x.size):
        unit = np.zeros(x.size, x.dtype)
        unit[i] = 1
        H[i] = product(unit.reshape(x.shape)).ravel()
    return H


def newton(function, x, alpha=1.0, absolute=False):
    """Yield x and the points that follow, each x - alpha * H^-1 g of the one before.

    `function` maps a Tensor to a Tensor of one element. `absolute`: use the sizes of
    the eigenvalues of H, so that a step never leads uphill.
    """
    while True:
        yield x
        g, H = slope(function, x).ravel(), hessian(function, x)
        if absolute:
            values, vectors = np.linalg.eigh(H)
            step = vectors @ ((vectors.T @ g) / np.abs(values))
        else:
            step = np.linalg.solve(H, g)
        x = x - alpha * step.reshape(x.shape)


def conjugate_gradient(product, b, steps, tolerance=1e-3):
    """Return d with product(d) close to b, for a positive definite product.

    Ends after `steps` products, where the residual is below `tolerance` of b, or at a
    direction of negative curvature. Source: Hestenes and Stiefel (1952).
    """
    d, residual = np.zeros_like(b), b
    p, square = residual, np.vdot(residual, residual)
    small = tolerance**2 * square
    for i in range(steps):
        Hp = product(p)
        curvature = np.vdot(p, Hp)
        if curvature <= 0:
            return p if i == 0 else d
        d = d + square / curvature * p
        residual = residual - square / curvature * Hp
        before, square = square, np.vdot(residual, residual)
        if square <= small:
            break
        p = residual + square / before * p
    return d


def newton_cg(function, x, cg_steps=20):
    """Yield x and the points that follow; no Hessian, `cg_steps` products a step."""
    while True:
        yield x
        g = slope(function, x)
        step = conjugate_gradient(hessian_product(function, x), -g, cg_steps)
        x = backtrack(function, x, step, g)
