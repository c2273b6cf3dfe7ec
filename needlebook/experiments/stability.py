# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Logsumexp, logsoftmax and the softmax loss at large numbers, three ways each."""

import numpy as np

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.ops.ops_shape import kept_shape


class LateShift(ops.LogSumExp):
    """Logsumexp with the gradient exp(a - out): short, and as wrong as out is."""

    reads = ((0, -1),)

    def vjp(self, adjoint, out, a):
        kept = kept_shape(a.shape, self.axes)
        return ops.exp(a - out.reshape(kept)) * adjoint.reshape(kept)


LOGSUMEXPS = {
    "as it stands": lambda z: ops.log(ops.exp(z).sum(1)),
    "late shift": lambda z: LateShift(1)(z),
    "ours": lambda z: ops.logsumexp(z, 1),
}


def rows_around(offset, m=20, k=5, seed=0):
    """Return float32 rows (m, k), normal of spread 1, around `offset`."""
    rng = np.random.default_rng(seed)
    return (offset + rng.normal(size=(m, k))).astype("float32")


def exact_shares(z):
    """Return log sum exp of rows and their softmax in float64."""
    shifted = z.astype(float) - z.max(axis=1, keepdims=True)
    sums = np.exp(shifted).sum(axis=1, keepdims=True)
    values = np.log(sums) + z.max(axis=1, keepdims=True).astype(float)
    return values[:, 0], np.exp(shifted) / sums


def logsumexp_errors(name, offset):
    """Return the largest relative error of the value, and of the gradient."""
    z = rows_around(offset)
    values, shares = exact_shares(z)
    leaf = Tensor(z)
    with np.errstate(all="ignore"):
        out = LOGSUMEXPS[name](leaf)
        out.backward()
    of_value = abs(out.numpy() - values) / np.maximum(abs(values), 1)
    return float(of_value.max()), float(abs(leaf.grad.numpy() - shares).max())


def one_hot_of(z, y):
    return Tensor(np.eye(z.shape[1], dtype=z.dtype)[y], requires_grad=False)


LOSSES = {
    "log of softmax": lambda z, y: (
        -(
            ops.log(ops.exp(z) / ops.exp(z).sum(1).reshape((-1, 1))) * one_hot_of(z, y)
        ).sum()
    ),
    "f(z) - z_y": lambda z, y: ops.logsumexp(z, 1).sum() - (z * one_hot_of(z, y)).sum(),
    "logsoftmax": lambda z, y: -(ops.logsoftmax(z) * one_hot_of(z, y)).sum(),
    "one operation": lambda z, y: ops.softmax_cross_entropy(z, y) * z.shape[0],
}


def loss_errors(name, offset, seed=1):
    """Return the error of the mean loss, and the largest of its gradient times m."""
    z = rows_around(offset)
    y = np.random.default_rng(seed).integers(z.shape[1], size=len(z))
    shares = exact_shares(z)[1]
    wanted = shares - np.eye(z.shape[1])[y]
    leaf = Tensor(z)
    with np.errstate(all="ignore"):
        loss = LOSSES[name](leaf, y)
        loss.backward()
    exact = -np.log(shares[np.arange(len(y)), y]).mean()
    error = abs(loss.numpy().item() / len(y) - exact)
    return error, float(abs(leaf.grad.numpy() - wanted).max())
