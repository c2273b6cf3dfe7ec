# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How fast a network's output can change: bound and measurement (L9.34)."""

import numpy as np

from needlebook.autograd import Tensor
from needlebook.experiments.regularized import weights


def largest_stretch(W, steps=100, seed=0):
    """Return the largest singular value of W by power iteration."""
    v = np.random.default_rng(seed).normal(size=W.shape[1])
    for _ in range(steps):
        v = W.T @ (W @ v)
        v = v / np.linalg.norm(v)
    return float(np.linalg.norm(W @ v))


def product_bound(model):
    """Return the product of the layers' largest singular values."""
    return float(np.prod([largest_stretch(W.numpy()) for W in weights(model)]))


def steepest(model, X):
    """Return the largest |d output / d x| over the rows x of X (m, n).

    The output is the whole vector of logits: the norm is that of the Jacobian (k, n).
    """
    model.eval()
    x = Tensor(X, requires_grad=True)
    out = model(x)
    rows = []
    for k in range(out.shape[1]):
        pick = np.zeros(out.shape, dtype=out.dtype)
        pick[:, k] = 1
        out.backward(Tensor(pick, requires_grad=False))
        rows.append(x.grad.numpy())
    jacobians = np.stack(rows, axis=1)
    return float(max(np.linalg.norm(J, 2) for J in jacobians))


def steepest_chord(model, X, pairs=2000, seed=0):
    """Return the largest |f(x) - f(x')| / |x - x'| over pairs of rows of X."""
    rng = np.random.default_rng(seed)
    one, other = X[rng.integers(0, len(X), (2, pairs))]
    apart = np.linalg.norm(one - other, axis=1)
    out = model.eval()(Tensor(np.stack([one, other]), requires_grad=False)).numpy()
    change = np.linalg.norm(out[0] - out[1], axis=1)
    return float(np.max(change[apart > 0] / apart[apart > 0]))
