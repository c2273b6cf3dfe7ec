# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""To mean 0 and variance 1: along rows or along columns, composed and fused."""

from ..autograd import TensorOp, Value, array_api
from ..errors import ShapeError
from .ops_shape import broadcast_to, kept_shape, reshape, summation, undo_broadcast


# isort: skip_file
from ..fused import fused, norms


def mean_along(a, axis):
    """Return the mean of `a` over `axis`, repeated to its shape; array or Tensor."""
    mean = summation(a, (axis,)) / a.shape[axis]
    return broadcast_to(reshape(mean, kept_shape(a.shape, (axis,))), a.shape)


def standardize(x, axis, eps=1e-5):
    """Return (x - mean) * scale, and scale = 1 / sqrt(variance + eps), over `axis`.

    The variance is that of the numbers themselves (biased: divided by their count).
    """
    centered = x - mean_along(x, axis)
    scale = (mean_along(centered**2, axis) + eps) ** -0.5
    return centered * scale, scale


class Normalize(TensorOp):
    """weight * standardize(x) + bias along `axis`, as one operation.

    Inputs: x (m, n), weight (n,), bias (n,). `mean` and `variance` are arrays once it
    was computed.
    """

    axis = None
    reads = ((0, 1), (0,), ())

    def __init__(self, eps=1e-5):
        self.eps = eps
        self.mean = self.variance = self.normal = None

    def compute(self, x, weight, bias):
        if x.ndim != 2 or weight.shape != x.shape[1:] or bias.shape != x.shape[1:]:
            raise ShapeError(
                f"{self.name}: wanted x (m, n), weight (n,) and bias (n,), "
                f"got {x.shape}, {weight.shape} and {bias.shape}"
            )
        size = x.shape[self.axis]
        self.mean = x.sum(axis=self.axis, keepdims=True) / size
        normal = x - self.mean
        squares = array_api.square(normal).sum(axis=self.axis, keepdims=True)
        self.variance = squares / size
        self.scale = (self.variance + self.eps) ** -0.5
        normal *= self.scale
        self.normal = normal
        out = normal * weight
        out += bias
        return out

    def standardized(self, x):
        """Return what `standardize` returns: kept from before, or as a graph."""
        if isinstance(x, Value) or self.normal is None:
            return standardize(x, self.axis, self.eps)
        return self.normal, self.scale

    normal = None
    standardized = fused(standardized, norms.standardized)


class LayerNorm(Normalize):
    """Each row to mean 0 and variance 1, then weight and bias. Ba et al. 2016."""

    name = "layer_norm"
    axis = 1

    def vjp(self, adjoint, out, x, weight, bias):
        normal, scale = self.standardized(x)

        def of_x():
            g = adjoint * weight
            along = normal * mean_along(g * normal, 1)
            g -= mean_along(g, 1)
            g -= along
            g *= scale
            return g

        return (
            of_x,
            lambda: undo_broadcast(adjoint * normal, weight.shape),
            lambda: undo_broadcast(adjoint, bias.shape),
        )

    compute = fused(Normalize.compute, norms.layer_norm)
    vjp = fused(vjp, norms.layer_norm_vjp)


def layer_norm(x, weight, bias, eps=1e-5):
    """Rows of x (m, n) to mean 0 and variance 1, times weight, plus bias, both (n,)."""
    return LayerNorm(eps)(x, weight, bias)


class BatchNorm(Normalize):
    """Each column to mean 0 and variance 1, then weight and bias. Ioffe et al. 2015."""

    name = "batch_norm"
    axis = 0

    def vjp(self, adjoint, out, x, weight, bias):
        normal, scale = self.standardized(x)
        m = x.shape[0]
        of_weight = summation(adjoint * normal, (0,))
        of_bias = summation(adjoint, (0,))

        def of_x():
            back = adjoint - of_bias / m
            back -= normal * (of_weight / m)
            back *= weight * scale
            return back

        return of_x, of_weight, of_bias

    compute = fused(Normalize.compute, norms.batch_norm)
    vjp = fused(vjp, norms.batch_norm_vjp)


def batch_norm(x, weight, bias, eps=1e-5):
    """Columns of x (m, n) to mean 0 and variance 1, times weight, plus bias, (n,)."""
    return BatchNorm(eps)(x, weight, bias)
