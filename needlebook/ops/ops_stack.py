# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Several arrays into one along a new axis, and back."""

from ..autograd import TensorOp, TensorTupleOp
from ..errors import ShapeError
from .ops_pixels import filled
from .ops_tuple import make_tuple


class Stack(TensorOp):
    """Put a tuple of arrays of one shape side by side along a new axis."""

    name = "stack"
    reads = ()

    def __init__(self, axis):
        self.axis = axis

    def compute(self, arrays):
        shapes = sorted({array.shape for array in arrays})
        if len(shapes) != 1:
            raise ShapeError(f"stack: wanted arrays of one shape, got {shapes}")
        shape = list(shapes[0])
        shape.insert(self.axis, len(arrays))
        out = filled(tuple(shape), arrays[0])
        one = (*shape[: self.axis], 1, *shape[self.axis + 1 :])
        for i, array in enumerate(arrays):
            out[at(self.axis, i, len(shape))] = array.reshape(one)
        return out

    def vjp(self, adjoint, out, arrays):
        return split(adjoint, self.axis)


class Split(TensorTupleOp):
    """Take an array apart along `axis`, which disappears."""

    name = "split"
    reads = ()

    def __init__(self, axis):
        self.axis = axis

    def compute(self, a):
        shape = (*a.shape[: self.axis], *a.shape[self.axis + 1 :])
        return tuple(
            a[at(self.axis, i, len(a.shape))].reshape(shape)
            for i in range(a.shape[self.axis])
        )

    def vjp(self, adjoint, out, a):
        return Stack(self.axis)(adjoint)


def at(axis, i, rank):
    """Return the index of slice number i along `axis`, which keeps its axis."""
    return tuple(slice(i, i + 1) if j == axis else slice(None) for j in range(rank))


def stack(args, axis):
    """Put Tensors of one shape side by side along a new axis."""
    return Stack(axis)(make_tuple(*args))


def split(a, axis):
    """Return the TensorTuple of the slices of `a` along `axis`."""
    return Split(axis)(a)
