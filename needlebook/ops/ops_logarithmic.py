# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Logarithms of sums of exponentials: no overflow, and no digits lost on the way."""

from ..autograd import Tensor, TensorOp, Value, array_api
from ..errors import ShapeError
from .ops_elementwise import exp
from .ops_shape import kept_shape, reshape, summation


def less_largest(a, axes):
    """Return array or Tensor `a` less its largest along `axes`, a constant."""
    if isinstance(a, Value):
        largest = a.realize_cached_data().max(axis=axes, keepdims=True)
        return a + Tensor.make_const(-largest)
    return a - a.max(axis=axes, keepdims=True)


class LogSumExp(TensorOp):
    """log sum exp over `axes`: None for all, a number or a tuple; they disappear."""

    name = "logsumexp"
    reads = ((0,),)

    def __init__(self, axes=None):
        self.axes = axes if axes is None or isinstance(axes, tuple) else (axes,)

    def compute(self, a):
        largest = a.max(axis=self.axes, keepdims=True)
        sums = array_api.exp(a - largest).sum(axis=self.axes)
        return array_api.log(sums) + largest.reshape(sums.shape)

    def vjp(self, adjoint, out, a):
        kept = kept_shape(a.shape, self.axes)
        exps = exp(less_largest(a, self.axes))
        sums = reshape(summation(exps, self.axes), kept)
        return exps * (reshape(adjoint, kept) / sums)

    def explain(self, shape):
        return f"cannot reduce {shape} over axes {self.axes}"


def logsumexp(a, axes=None):
    """Logarithm of the sum of the exponentials over `axes`."""
    return LogSumExp(axes)(a)


class LogSoftmax(TensorOp):
    """z - log sum exp z for each row of z (m, k)."""

    name = "logsoftmax"
    reads = ((-1,),)

    def compute(self, a):
        if len(a.shape) != 2:
            raise ShapeError(f"logsoftmax: wanted logits (m, k), got {a.shape}")
        shifted = less_largest(a, (1,))
        sums = array_api.exp(shifted).sum(axis=1, keepdims=True)
        return shifted - array_api.log(sums)

    def vjp(self, adjoint, out, a):
        total = reshape(summation(adjoint, (1,)), (a.shape[0], 1))
        return adjoint - exp(out) * total


def logsoftmax(a):
    """Logarithm of the softmax of each row."""
    return LogSoftmax()(a)
