# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Solutions to the exercises of chapter 5."""

from contextlib import contextmanager

import numpy as np

from needlebook import ops
from needlebook.autograd import Tensor, TensorOp, Value, find_topo_sort


def recorded_operations(function, *inputs):
    """Names of the operations behind `function(*inputs)`, in topological order."""
    order = find_topo_sort([function(*inputs)])
    return [node.op.name for node in order if node.op is not None]


class Tanh(TensorOp):
    """Hyperbolic tangent of each element; its rule needs only the output."""

    reads = ((-1,),)

    def compute(self, a):
        return np.tanh(a)

    def vjp(self, adjoint, out, a):
        return adjoint * (1 - out**2)


def tanh(a):
    """Hyperbolic tangent of each element."""
    return Tanh()(a)


def is_adjoint_pair(forward, backward, shape_in, shape_out, trials=5):
    """Whether <forward(x), y> = <x, backward(y)> for random arrays x and y."""
    rng = np.random.default_rng(0)
    for _ in range(trials):
        x, y = rng.normal(size=shape_in), rng.normal(size=shape_out)
        one, other = np.sum(forward(x) * y), np.sum(x * backward(y))
        if abs(one - other) > 1e-9 * max(1, abs(one)):
            return False
    return True


def vector_matmul(a, b):
    """a @ b, where a or b, or both, may be vectors, as NumPy defines it."""
    out_shape = (*a.shape[:-1], *b.shape[:-2], *b.shape[-1:][: len(b.shape) - 1])
    if len(a.shape) == 1:
        a = a.reshape((1, *a.shape))
        out_shape = (*b.shape[:-2], *b.shape[-1:][: len(b.shape) - 1])
    if len(b.shape) == 1:
        b = b.reshape((*b.shape, 1))
    return (a @ b).reshape(out_shape)


class Maximum(TensorOp):
    """The larger of two elements; where they tie, each gets half of the adjoint."""

    def compute(self, a, b):
        return np.maximum(a, b)

    def vjp(self, adjoint, out, a, b):
        share = share_of_first(a, b)
        return (
            ops.ops_shape.undo_broadcast(adjoint * share, a.shape),
            ops.ops_shape.undo_broadcast(adjoint * (1 - share), b.shape),
        )


def share_of_first(a, b):
    """1 where a > b, half where they are equal, else 0; a constant of their kind."""
    if isinstance(a, Value):
        arrays = a.realize_cached_data(), b.realize_cached_data()
        return Tensor(share_of_first(*arrays), requires_grad=False)
    return (a > b) + 0.5 * (a == b)


def maximum(a, b):
    """Larger of each pair of elements."""
    return Maximum()(a, b)


class ClipGradient(TensorOp):
    """The identity, whose gradient is kept within [-bound, bound]."""

    reads = ()

    def __init__(self, bound):
        self.bound = bound

    def compute(self, a):
        return a

    def gradient(self, out_grad, node):
        array = np.clip(out_grad.realize_cached_data(), -self.bound, self.bound)
        return Tensor(array, requires_grad=False)


def clip_gradient(a, bound):
    """Return `a`; on the way back, its adjoint is cut to [-bound, bound]."""
    return ClipGradient(bound)(a)


class GetItem(TensorOp):
    """a[index] for any index that NumPy takes."""

    reads = ()

    def __init__(self, index):
        self.index = index

    def compute(self, a):
        return a[self.index]

    def vjp(self, adjoint, out, a):
        return SetItem(self.index, a.shape)(adjoint)


class SetItem(TensorOp):
    """Zeros of `shape` with the input added at `index`: the adjoint of GetItem."""

    reads = ()

    def __init__(self, index, shape):
        self.index, self.shape = index, shape

    def compute(self, a):
        out = np.zeros(self.shape, dtype=a.dtype)
        np.add.at(out, self.index, a)
        return out

    def vjp(self, adjoint, out, a):
        return GetItem(self.index)(adjoint)


def get_item(a, index):
    """Return a[index], recorded."""
    return GetItem(index)(a)


@contextmanager
def no_gradient(*tensors):
    """Inside the block, record nothing that comes from `tensors` alone."""
    before = [tensor.requires_grad for tensor in tensors]
    for tensor in tensors:
        tensor.requires_grad = False
    try:
        yield
    finally:
        for tensor, wanted in zip(tensors, before, strict=True):
            tensor.requires_grad = wanted


def jacobian(function, x):
    """Derivatives of all outputs by all entries of x, shape outputs x inputs."""
    x = Tensor(x, requires_grad=True)
    out = function(x)
    rows = []
    for unit in np.eye(out.numpy().size):
        out.backward(Tensor(unit.reshape(out.shape)))
        rows.append(x.grad.numpy().ravel())
    return np.array(rows)


def surviving_rule(self, adjoint, out, a, b):
    """A wrong rule for a * b that a check of x * x cannot tell from the right one."""
    return adjoint * a, adjoint * b


class LinearReLU(TensorOp):
    """relu(x w + b) as one operation, for x (m, n), w (n, k), b (k,)."""

    reads = ((1, -1), (0, -1), (-1,))

    def compute(self, x, w, b):
        out = x @ w
        out += b
        return np.maximum(out, 0, out=out)

    def vjp(self, adjoint, out, x, w, b):
        passed = adjoint * ops.ops_elementwise.positive(out)
        return (
            lambda: passed @ ops.transpose(w),
            lambda: ops.transpose(x) @ passed,
            lambda: ops.summation(passed, (0,)),
        )


def linear_relu(x, w, b):
    """relu(x w + b), one node."""
    return LinearReLU()(x, w, b)


class Checkpoint(TensorOp):
    """A whole function as one operation: its inner values are computed twice."""

    def __init__(self, function):
        self.function = function

    def compute(self, *arrays):
        leaves = [Tensor(array, requires_grad=False) for array in arrays]
        return self.function(*leaves).realize_cached_data()

    def gradient(self, out_grad, node):
        leaves = [Tensor(value.detach(), requires_grad=True) for value in node.inputs]
        self.function(*leaves).backward(out_grad.detach())
        return tuple(leaf.grad and leaf.grad.detach() for leaf in leaves)


def checkpoint(function, *inputs):
    """function(*inputs) with one recorded node, whatever happens inside."""
    return Checkpoint(function)(*inputs)
