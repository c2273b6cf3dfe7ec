# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Batch norm, layer norm and the softmax loss in as few passes as they need."""

import numpy as np

from .hosts import FLOAT32, all_compact, compact, like, ready
from .products import call


def fits(x, weight, bias):
    """Whether the shapes are (m, n), (n,) and (n,): else the readable one objects."""
    return len(x.shape) == 2 and x.shape[1:] == weight.shape == bias.shape


def kept(op, adjoint, x):
    """Whether the forward pass of `x` was native, and `adjoint` is of its shape."""
    return op.normal is None and op.mean is not None and adjoint.shape == x.shape


def standardized(op, x):
    """Return what `Normalize.standardized` returns where nothing was kept, or None."""
    if compact(x) is None or op.normal is not None:
        return None
    scale = (op.variance + op.eps) ** -0.5
    return (x - op.mean) * scale, scale


def batch_norm(op, x, weight, bias):
    """Return what `BatchNorm.compute` returns, or None."""
    arrays = ready(x, weight, bias)
    if arrays is None or not fits(x, weight, bias):
        return None
    m, n = x.shape
    op.mean, op.variance, op.scale = (like(x, (1, n)) for _ in range(3))
    op.normal, out = None, like(x, x.shape)
    found = op.mean, op.variance, op.scale
    call("batch_norm", arrays[0], m, n, float(op.eps), *arrays[1:], *found, out)
    return out


def batch_norm_vjp(op, adjoint, out, x, weight, bias):
    """Return what `BatchNorm.vjp` returns, or None."""
    arrays = all_compact(adjoint, x, weight)
    if arrays is None or not kept(op, adjoint, x):
        return None
    m, n = x.shape
    back, rows, factors = arrays
    of_weight, of_bias = like(x, (n,)), like(x, (n,))
    statistics = op.mean, op.scale
    call("batch_norm_sums", back, rows, m, n, *statistics, of_weight, of_bias)

    def of_x():
        dx, sums = like(x, x.shape), (of_weight, of_bias)
        call("batch_norm_back", back, rows, m, n, *statistics, factors, *sums, dx)
        return dx

    return of_x, of_weight, of_bias


def layer_norm(op, x, weight, bias):
    """Return what `LayerNorm.compute` returns, or None."""
    arrays = ready(x, weight, bias)
    if arrays is None or not fits(x, weight, bias):
        return None
    m, n = x.shape
    op.mean, op.variance = like(x, (m, 1)), like(x, (m, 1))
    op.normal, out, eps = None, like(x, x.shape), float(op.eps)
    call("layer_norm", arrays[0], m, n, eps, *arrays[1:], op.mean, op.variance, out)
    return out


def layer_norm_vjp(op, adjoint, out, x, weight, bias):
    """Return what `LayerNorm.vjp` returns, or None."""
    arrays = all_compact(adjoint, x, weight)
    if arrays is None or not kept(op, adjoint, x):
        return None
    m, n = x.shape
    found = like(x, x.shape), like(x, (n,)), like(x, (n,))
    statistics = op.mean, op.variance
    eps = float(op.eps)
    call("layer_norm_back", *arrays[:2], m, n, eps, *statistics, arrays[2], *found)
    return found


def softmax_loss(op, z):
    """Return what `SoftmaxCrossEntropy.compute` returns, or None."""
    arrays = ready(z)
    y = np.asarray(op.y)
    if arrays is None or len(z.shape) != 2 or y.shape != (z.shape[0],):
        return None
    m, k = z.shape
    y = np.ascontiguousarray(y, dtype=np.int64)
    lowest = y.min()
    if lowest < -k or y.max() >= k:
        return None
    op.classes = y if lowest >= 0 else np.where(y < 0, y + k, y)
    op.log_sums = like(z, (m,))
    loss = call("softmax_loss", *arrays, op.classes, m, k, op.log_sums)
    return as_loss(loss, z)


def as_loss(number, z):
    """Return a number as a sum over all axes returns it."""
    if type(z) is np.ndarray:
        return FLOAT32.type(number)
    one = like(z, (1,))
    one.fill(number)
    return one


def softmax_loss_vjp(op, adjoint, out, z):
    """Return what `SoftmaxCrossEntropy.vjp` returns, or None."""
    arrays = all_compact(z)
    log_sums = getattr(op, "log_sums", None)
    if arrays is None or log_sums is None or log_sums.shape != z.shape[:1]:
        return None
    m, k = z.shape
    dz = like(z, z.shape)
    factor = adjoint.item() / m
    call("softmax_back", *arrays, op.classes, m, k, log_sums, factor, dz)
    return dz
