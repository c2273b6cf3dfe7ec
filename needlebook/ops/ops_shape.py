# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Operations that move, copy or add up elements, and the matrix product."""

from math import prod

from ..autograd import TensorOp, array_api
from ..errors import AxisError, ShapeError


class Transpose(TensorOp):
    """Swap two axes, the last two if none are named."""

    name = "transpose"
    reads = ()

    def __init__(self, axes=None):
        if axes is not None and len(axes) != 2:
            raise AxisError(f"transpose: wanted a pair of axes, got {axes}")
        self.axes = axes

    def compute(self, a):
        return a.swapaxes(*(self.axes or (-2, -1)))

    def vjp(self, adjoint, out, a):
        return transpose(adjoint, self.axes)

    def explain(self, shape):
        return f"{shape} has no axes {self.axes or (-2, -1)}"


def transpose(a, axes=None):
    """Swap the pair `axes` of axes, the last two by default."""
    return Transpose(axes)(a)


class Reshape(TensorOp):
    name = "reshape"
    reads = ()

    def __init__(self, shape):
        self.shape = shape

    def compute(self, a):
        return a.reshape(self.shape)

    def vjp(self, adjoint, out, a):
        return reshape(adjoint, a.shape)

    def explain(self, shape):
        return f"cannot lay out {shape}, {prod(shape)} values, as {self.shape}"


def reshape(a, shape):
    """Lay the same elements out, in order, as `shape`."""
    return Reshape(shape)(a)


class BroadcastTo(TensorOp):
    name = "broadcast_to"
    reads = ()

    def __init__(self, shape):
        self.shape = shape

    def compute(self, a):
        return array_api.broadcast_to(a, self.shape)

    def vjp(self, adjoint, out, a):
        return undo_broadcast(adjoint, a.shape)

    def explain(self, shape):
        return f"{shape} cannot be broadcast to {self.shape}"


def broadcast_to(a, shape):
    """Repeat elements along new axes and axes of size 1."""
    return BroadcastTo(shape)(a)


class Summation(TensorOp):
    """Sum over `axes`: None for all, a number or a tuple; summed axes disappear."""

    name = "summation"
    reads = ()

    def __init__(self, axes=None):
        self.axes = axes if axes is None or isinstance(axes, tuple) else (axes,)

    def compute(self, a):
        return a.sum(axis=self.axes)

    def vjp(self, adjoint, out, a):
        kept = kept_shape(a.shape, self.axes)
        return broadcast_to(reshape(adjoint, kept), a.shape)

    def explain(self, shape):
        return f"cannot sum {shape} over axes {self.axes}"


def summation(a, axes=None):
    """Add up the elements along `axes`, which disappear."""
    return Summation(axes)(a)


class MatMul(TensorOp):
    """Matrix product over the last two axes; the axes before them broadcast."""

    name = "matmul"
    reads = ((1,), (0,))

    def compute(self, a, b):
        return a @ b

    def vjp(self, adjoint, out, a, b):
        if min(len(a.shape), len(b.shape)) < 2:
            raise ShapeError(
                f"matmul: no gradient for {a.shape} by {b.shape}; "
                "reshape the vector to a matrix of one row or one column"
            )
        return (
            lambda: undo_broadcast(adjoint @ transpose(b), a.shape),
            lambda: undo_broadcast(transpose(a) @ adjoint, b.shape),
        )

    def explain(self, a, b):
        reason = f"cannot multiply {a} by {b}: "
        if not a or not b:
            return reason + "a single number is no matrix"
        inner = a[-1], b[max(len(b) - 2, 0)]
        if inner[0] != inner[1]:
            return reason + f"inner sizes {inner[0]} and {inner[1]} differ"
        problem = broadcast_problem(a[:-2], b[:-2])
        return problem and reason + problem


def matmul(a, b):
    """Matrix product over the last two axes."""
    return MatMul()(a, b)


def undo_broadcast(adjoint, shape):
    """Sum `adjoint` over the axes that broadcasting added to `shape` or stretched.

    The adjoint of copying is adding: every copy of an element sends its adjoint back.
    `adjoint`: array or Tensor of a shape that `shape` broadcasts to. Returns the same
    kind, of shape `shape`.
    """
    if adjoint.shape == shape:
        return adjoint
    added = len(adjoint.shape) - len(shape)
    stretched = [
        added + i
        for i, size in enumerate(shape)
        if size == 1 and adjoint.shape[added + i] != 1
    ]
    summed = summation(adjoint, (*range(added), *stretched))
    return summed if summed.shape == shape else reshape(summed, shape)


def kept_shape(shape, axes):
    """Return `shape` with size 1 at `axes` (None: everywhere), as keepdims would."""
    axes = range(len(shape)) if axes is None else [i % len(shape) for i in axes]
    return tuple(1 if i in axes else size for i, size in enumerate(shape))


def broadcast_problem(*shapes):
    """Say that `shapes` do not broadcast, or return None if they do."""
    width = max(map(len, shapes))
    padded = [(1,) * (width - len(shape)) + shape for shape in shapes]
    for axis, sizes in enumerate(zip(*padded, strict=True)):
        if len(set(sizes) - {1}) > 1:
            given = " and ".join(map(str, shapes))
            one, other = sorted(set(sizes) - {1})[:2]
            return (
                f"{given} do not broadcast: sizes {one} and {other} "
                f"on axis {axis - width} differ"
            )
    return None
