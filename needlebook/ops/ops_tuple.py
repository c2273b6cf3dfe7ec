# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Operations that make tuples of values and take them apart."""

from ..autograd import Tensor, TensorOp, TensorTupleOp, array_api
from ..errors import AxisError


class MakeTensorTuple(TensorTupleOp):
    """Put values side by side in one."""

    name = "make_tuple"
    reads = ()

    def compute(self, *arrays):
        return arrays

    def vjp(self, adjoint, out, *inputs):
        parts = tuple(adjoint[i] for i in range(len(inputs)))
        return parts if len(parts) > 1 else parts[0]


def make_tuple(*values):
    """Return a TensorTuple of `values`."""
    return MakeTensorTuple()(*values)


class TupleGetItem(TensorOp):
    """Take value number `index` out of a tuple."""

    name = "tuple_get_item"
    reads = ()

    def __init__(self, index):
        self.index = index

    def __call__(self, a, fold_const=True):
        if fold_const and isinstance(getattr(a, "op", None), MakeTensorTuple):
            if not -len(a.inputs) <= self.index < len(a.inputs):
                raise AxisError(f"{self.name}: {self.explain(a.inputs)}")
            return a.inputs[self.index]
        return super().__call__(a)

    def compute(self, a):
        return a[self.index]

    def vjp(self, adjoint, out, a):
        arrays = a if type(a) is tuple else a.realize_cached_data()
        parts = [array_api.zeros_like(x) for x in arrays]
        if isinstance(adjoint, Tensor):
            parts = [Tensor.make_const(part) for part in parts]
        parts[self.index] = adjoint
        return make_tuple(*parts)

    def explain(self, shape):
        return f"the tuple has no value number {self.index}"


def tuple_get_item(value, index):
    """Return value number `index` of a TensorTuple."""
    return TupleGetItem(index)(value)


class FusedAddScalars(TensorTupleOp):
    """Add two numbers to one array: one operation with two results."""

    name = "fused_add_scalars"
    reads = ()

    def __init__(self, c0, c1):
        self.c0, self.c1 = c0, c1

    def compute(self, a):
        return a + self.c0, a + self.c1

    def vjp(self, adjoint, out, a):
        return adjoint[0] + adjoint[1]


def fused_add_scalars(a, c0, c1):
    """Return the TensorTuple (a + c0, a + c1)."""
    return FusedAddScalars(c0, c1)(a)
