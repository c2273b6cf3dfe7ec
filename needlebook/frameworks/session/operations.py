# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What a graph can compute: shapes, arrays, and gradients made of further nodes."""

import numpy as np

from ...errors import ShapeError
from ...ops.ops_shape import broadcast_problem, kept_shape, undo_broadcast
from .graph import OPERATIONS, Operation, apply


def register(name, shape, compute, gradient=None, code=""):
    """Add an operation to the table."""
    OPERATIONS[name] = Operation(name, shape, compute, gradient, code)


def common_shape(attrs, *shapes):
    """Return the shape that `shapes` broadcast to."""
    problem = broadcast_problem(*shapes)
    if problem:
        raise ShapeError(problem)
    return np.broadcast_shapes(*shapes)


def elementwise(name, code, gradient):
    """Add an operation on each element; `code` has places {0}, {1} and {out}."""
    call = code.format("a", "b", out=", out=out")
    compute = eval(f"lambda out, attrs, a, b=None: np.{call}", {"np": np})
    register(name, common_shape, compute, gradient, code)


def each(node, *adjoints):
    """Sum each adjoint to the shape of its input, as broadcasting demands."""
    return [sum_like(d, x) for d, x in zip(adjoints, node.inputs)]


elementwise("add", "add({0}, {1}{out})", lambda n, d: each(n, d, d))
elementwise("subtract", "subtract({0}, {1}{out})", lambda n, d: each(n, d, -d))
elementwise(
    "multiply",
    "multiply({0}, {1}{out})",
    lambda n, d: each(n, d * n.inputs[1], d * n.inputs[0]),
)
elementwise(
    "divide",
    "divide({0}, {1}{out})",
    lambda n, d: each(n, d / n.inputs[1], -d * n / n.inputs[1]),
)
elementwise("negate", "negative({0}{out})", lambda n, d: [-d])
elementwise("exp", "exp({0}{out})", lambda n, d: [d * n])
elementwise("log", "log({0}{out})", lambda n, d: [d / n.inputs[0]])
elementwise("relu", "maximum({0}, 0{out})", lambda n, d: [d * positive(n)])
elementwise("positive", "greater({0}, 0{out})", lambda n, d: [None])
elementwise("power", "power({0}, {1}{out})", None)


def matmul_shape(attrs, a, b):
    """Return the shape of the product of two matrices, each transposed or not."""
    one = a[::-1] if attrs["transpose_a"] else a
    two = b[::-1] if attrs["transpose_b"] else b
    if len(one) != 2 or len(two) != 2 or one[1] != two[0]:
        raise ShapeError(
            f"cannot multiply {one} by {two}: "
            f"inner sizes {one[-1:]} and {two[:1]} differ"
        )
    return one[0], two[1]


def matmul_compute(out, attrs, a, b):
    a = a.T if attrs["transpose_a"] else a
    np.matmul(a, b.T if attrs["transpose_b"] else b, out=out)


def matmul_gradient(node, d):
    """Products again: the gradient is written with the forward operator."""
    a, b = node.inputs
    ta, tb = node.attrs["transpose_a"], node.attrs["transpose_b"]
    return [
        matmul(b, d, tb, True) if ta else matmul(d, b, False, not tb),
        matmul(d, a, True, ta) if tb else matmul(a, d, not ta, False),
    ]


register("matmul", matmul_shape, matmul_compute, matmul_gradient)


def reduced(attrs, shape):
    return () if attrs["axis"] is None else kept_shape(shape, (attrs["axis"],))


def reduction(ufunc):
    """Return what fills `out` with `ufunc` over an axis (kept, of size 1), or all."""

    def compute(out, attrs, a):
        axis = attrs["axis"]
        ufunc.reduce(a, axis=axis, out=out, keepdims=axis is not None)

    return compute


def copy_into(out, attrs, a, *_):
    out[...] = a


def sum_into(out, attrs, a, *_):
    out[...] = undo_broadcast(a, out.shape)


def reshape_into(out, attrs, a):
    out[...] = a.reshape(out.shape)


def sum_gradient(node, d):
    return [broadcast_like(d, node.inputs[0])]


register("sum", reduced, reduction(np.add), sum_gradient)
register("max", reduced, reduction(np.maximum))
register("stop_gradient", lambda attrs, a: a, copy_into, lambda n, d: [None])


def like_second(attrs, a, b):
    return b


def like_attribute(attrs, a):
    return tuple(attrs["shape"])


def sum_like_gradient(node, d):
    return [broadcast_like(d, node.inputs[0]), None]


def broadcast_like_gradient(node, d):
    return [sum_like(d, node.inputs[0]), None]


def count_rows(out, attrs, a):
    out[...] = len(a)


register("sum_like", like_second, sum_into, sum_like_gradient)
register("broadcast_like", like_second, copy_into, broadcast_like_gradient)
register("rows", lambda attrs, a: (), count_rows, lambda n, d: [None])
register("sum_to", like_attribute, sum_into)
register("broadcast_to", like_attribute, copy_into)
register("reshape", like_attribute, reshape_into)


def pick_row(out, attrs, a, i):
    out[...] = a[int(i)]


def new_value(out, attrs, old, new):
    out[...] = new


register("row", lambda attrs, a, i: (1, *a[1:]), pick_row)
register("assign", lambda attrs, old, new: new, new_value)


def function_for(kind):
    """Return a function that describes an operation of this kind."""

    def describe(*inputs, name=None):
        return apply(kind, *inputs, name=name)

    describe.__name__ = kind
    return describe


exp, log, relu, positive = map(function_for, ("exp", "log", "relu", "positive"))
sum_like, broadcast_like = map(function_for, ("sum_like", "broadcast_like"))
rows, row, assign = map(function_for, ("rows", "row", "assign"))
stop_gradient = function_for("stop_gradient")


def matmul(a, b, transpose_a=False, transpose_b=False, name=None):
    return apply(
        "matmul", a, b, name=name, transpose_a=transpose_a, transpose_b=transpose_b
    )


def reduce_sum(a, axis=None):
    """Add up along `axis`, which stays with size 1, or everything."""
    return apply("sum", a, axis=axis)


def reduce_max(a, axis=None):
    """The largest along `axis`, which stays with size 1, or of everything."""
    return apply("max", a, axis=axis)


def softmax_loss(logits, one_hot):
    """Mean of log sum exp z - z_y over the rows, from operations that are there."""
    shifted = logits - stop_gradient(reduce_max(logits, axis=1))
    log_sums = log(reduce_sum(exp(shifted), axis=1))
    return reduce_sum(one_hot * (log_sums - shifted)) / rows(logits)
