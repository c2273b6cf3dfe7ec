# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Elements picked by an index, and the adjoint: put back where they came from."""

import numpy as np

from ..array import NDArray, indexing
from ..autograd import TensorOp, Value
from ..errors import OperandError


class GetItem(TensorOp):
    """`a[index]`, as NumPy means it."""

    name = "get_item"
    reads = ()

    def __init__(self, index):
        self.index = index

    def compute(self, a):
        return indexing.get_item(a, self.index)

    def vjp(self, adjoint, out, a):
        return PutItem(self.index, a.shape)(adjoint)

    def explain(self, shape):
        return f"shape {shape} has no element at {self.index}"


class PutItem(TensorOp):
    """Zeros of `shape` with the elements added in at `index`."""

    name = "put_item"
    reads = ()

    def __init__(self, index, shape):
        self.index, self.shape = index, shape

    def compute(self, a):
        return indexing.put_item(a, self.index, self.shape)

    def vjp(self, adjoint, out, a):
        return GetItem(self.index)(adjoint)


def get_item(a, index):
    """Return the elements of the Tensor `a` at `index`."""
    parts = index if isinstance(index, tuple) else (index,)
    parts = tuple(map(constant_part, parts))
    return GetItem(parts if isinstance(index, tuple) else parts[0])(a)


def constant_part(part):
    """Return one part of an index with Tensors and arrays as integers of NumPy."""
    if not isinstance(part, (Value, NDArray)):
        return part
    places = part.numpy()
    if places.dtype.kind == "f":
        if (places != np.floor(places)).any():
            raise OperandError("get_item: an index Tensor wants whole numbers")
        return places.astype("int64")
    return places
