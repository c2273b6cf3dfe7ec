# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Derivatives as functions of functions: gradient, JVP and Hessian-vector products."""

from . import ops
from .autograd import Tensor, find_topo_sort
from .errors import NoGradientError, ShapeError
from .ops.ops_elementwise import positive

FORWARD = {
    # For each input: from its tangent d, its share of the tangent of the output.
    ops.EWiseAdd: (lambda d, op, out, a, b: d, lambda d, op, out, a, b: d),
    ops.EWiseMul: (lambda d, op, out, a, b: d * b, lambda d, op, out, a, b: a * d),
    ops.MatMul: (lambda d, op, out, a, b: d @ b, lambda d, op, out, a, b: a @ d),
    ops.EWiseDiv: (
        lambda d, op, out, a, b: d / b,
        lambda d, op, out, a, b: -out * d / b,
    ),
    ops.EWisePow: (
        lambda d, op, out, a, b: d * b * a ** (b - 1),
        lambda d, op, out, a, b: d * out * ops.log(a),
    ),
    ops.AddScalar: (lambda d, op, out, a: d,),
    ops.PowerScalar: (lambda d, op, out, a: op.vjp(d, out, a),),
    ops.Log: (lambda d, op, out, a: d / a,),
    ops.Exp: (lambda d, op, out, a: d * out,),
    ops.ReLU: (lambda d, op, out, a: d * positive(a),),
}
LINEAR = (
    ops.MulScalar,
    ops.DivScalar,
    ops.Negate,
    ops.Transpose,
    ops.Reshape,
    ops.BroadcastTo,
    ops.Summation,
)
FORWARD |= {op_class: (lambda d, op, out, a: op(d),) for op_class in LINEAR}


def along_gradient(d, op, out, a):
    """Tangent of sums, by the inner product of their gradients with the tangent `d`."""
    return ops.summation(op.vjp(out.detach() ** 0, out, a) * d, op.axes)


def along_logsoftmax(d, op, out, a):
    """Tangent of logsoftmax: `d` less its mean under the softmax, row by row."""
    mean = ops.reshape(ops.summation(ops.exp(out) * d, (1,)), (a.shape[0], 1))
    return d - mean


FORWARD |= {
    ops.LogSumExp: (along_gradient,),
    ops.LogSoftmax: (along_logsoftmax,),
}

FORWARD[ops.SoftmaxCrossEntropy] = (along_gradient,)

ELEMENTWISE = (ops.Tanh, ops.Sigmoid, ops.GELU)
FORWARD |= {
    op_class: (lambda d, op, out, a: op.vjp(d, out, a),) for op_class in ELEMENTWISE
}

FORWARD[ops.Affine] = (
    lambda d, op, out, x, weight, bias: d @ weight,
    lambda d, op, out, x, weight, bias: x @ d,
    lambda d, op, out, x, weight, bias: d,
)


def leaf_like(value):
    """Return a new leaf with the array of `value`, so that gradients stay apart."""
    return Tensor(value, requires_grad=True)


def gradient(function):
    """Return the function that gives the gradient of `function` by its first argument.

    `function` maps Tensors to a Tensor of one element. The gradient is a Tensor of the
    shape of the argument, and can be differentiated in turn.
    """

    def at(x, *others):
        out = function(x, *others)
        x.grad = None
        out.backward()
        return x * 0 if x.grad is None else x.grad

    return at


def push_forward(output, tangents):
    """Return the tangent of `output`, given `tangents` of some of its leaves.

    `tangents`: dictionary from Tensor to a Tensor of its shape. None if the output does
    not depend on them. Raises ShapeError, and NoGradientError where a rule is missing.
    """
    for value, tangent in tangents.items():
        if tangent.shape != value.shape:
            raise ShapeError(
                f"jvp: tangent of shape {tangent.shape} given for a value of shape "
                f"{value.shape}; they must be equal"
            )
    tangents = dict(tangents)
    for node in find_topo_sort([output]):
        shares = []
        for i, value in enumerate(node.inputs):
            if value in tangents and type(node.op) not in FORWARD:
                raise NoGradientError(f"jvp: no forward rule for {node.op.name}")
            if value in tangents:
                share = FORWARD[type(node.op)][i]
                shares.append(share(tangents[value], node.op, node, *node.inputs))
        if shares:
            total = sum(shares[1:], start=shares[0])
            fits = total.shape == node.shape
            tangents[node] = total if fits else ops.broadcast_to(total, node.shape)
    return tangents.get(output)


def jvp(function, primals, tangents):
    """Return `function(*primals)` and its tangent, Tensors of one shape.

    `primals`, `tangents`: lists of Tensors, tangents of the same shapes.
    """
    out = function(*primals)
    tangent = push_forward(out, dict(zip(primals, tangents, strict=True)))
    return out, out * 0 if tangent is None else tangent


def reverse_over_reverse(function, x, v):
    """Return the Hessian of `function` at `x` times `v`: gradient of (gradient . v)."""
    return gradient(lambda x: (gradient(function)(x) * v).sum())(leaf_like(x))


def forward_over_reverse(function, x, v):
    """Return the Hessian of `function` at `x` times `v`: tangent of the gradient."""
    x = leaf_like(x)
    return jvp(gradient(function), [x], [v])[1]


def reverse_over_forward(function, x, v):
    """Return the Hessian of `function` at `x` times `v`: gradient of a tangent."""
    x = leaf_like(x)
    return gradient(lambda x: jvp(function, [x], [v])[1])(x)


def hvp(function, x, v):
    """Return the Hessian of `function` at `x` times `v`, a Tensor shaped like `x`."""
    return forward_over_reverse(function, x, v).detach()


FORWARD[ops.Conv] = (
    lambda d, op, out, a, b: op(d, b),
    lambda d, op, out, a, b: op(a, d),
)
LINEAR_ON_PIXELS = (ops.Flip, ops.Dilate, ops.UnDilate, ops.Pad, ops.AvgPool)
FORWARD |= {op_class: (lambda d, op, out, a: op(d),) for op_class in LINEAR_ON_PIXELS}

FORWARD |= {
    op_class: (lambda d, op, out, a: op(d),) for op_class in (ops.GetItem, ops.PutItem)
}


def without_bias(op):
    """Return the `Conv` of a `ConvBias`."""
    return ops.Conv(op.stride, op.padding, op.dilation, op.groups)


FORWARD[ops.ConvBias] = (
    lambda d, op, out, a, b, bias: without_bias(op)(d, b),
    lambda d, op, out, a, b, bias: without_bias(op)(a, d),
    lambda d, op, out, a, b, bias: ops.broadcast_to(d, out.shape),
)
