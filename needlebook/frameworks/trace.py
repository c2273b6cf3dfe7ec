# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""From a program on Tensors to a graph that a Session can optimize and run."""

from .. import autograd, ops
from ..autograd import Tensor, find_topo_sort
from ..errors import NeedlebookError
from .session import Graph, Session, constant, placeholder
from .session.graph import apply
from .session.memory import size
from .session.passes import bind, optimize


class TraceError(NeedlebookError, ValueError):
    """A program on Tensors that has no counterpart as a graph."""


def pair(kind):
    return lambda node, a, b: apply(kind, a, b)


def single(kind):
    return lambda node, a: apply(kind, a)


def with_scalar(kind):
    return lambda node, a: apply(kind, a, node.op.scalar)


TRANSLATIONS = {
    ops.EWiseAdd: pair("add"),
    ops.EWiseMul: pair("multiply"),
    ops.EWiseDiv: pair("divide"),
    ops.AddScalar: with_scalar("add"),
    ops.MulScalar: with_scalar("multiply"),
    ops.DivScalar: with_scalar("divide"),
    ops.PowerScalar: with_scalar("power"),
    ops.Negate: single("negate"),
    ops.Exp: single("exp"),
    ops.Log: single("log"),
    ops.ReLU: single("relu"),
}


def matmul(node, a, b):
    return apply("matmul", a, b, transpose_a=False, transpose_b=False)


def shaped(kind):
    return lambda node, a: apply(kind, a, shape=node.op.shape)


def summation(node, a):
    for axis in node.op.axes or range(len(node.inputs[0].shape)):
        a = apply("sum", a, axis=axis)
    return apply("reshape", a, shape=node.shape)


TRANSLATIONS |= {
    ops.MatMul: matmul,
    ops.Reshape: shaped("reshape"),
    ops.BroadcastTo: shaped("broadcast_to"),
    ops.Summation: summation,
}


def record(function, *examples):
    """Run `function` on Tensors in lazy mode, and describe what it recorded.

    `examples`: arrays; what the function does with them decides what is recorded.
    Returns the placeholders and the output, in a new Graph. Raises TraceError.
    """
    leaves = [Tensor(example, dtype="float64") for example in examples]
    before, autograd.LAZY_MODE = autograd.LAZY_MODE, True
    try:
        order = find_topo_sort([function(*leaves)])
    finally:
        autograd.LAZY_MODE = before
    with Graph():
        new = {
            leaf: placeholder(leaf.shape, f"input {i}") for i, leaf in enumerate(leaves)
        }
        for node in order:
            if node.op is None:
                new.setdefault(node, None)
                new[node] = new[node] or constant(node.cached_data)
            elif type(node.op) in TRANSLATIONS:
                translate = TRANSLATIONS[type(node.op)]
                new[node] = translate(node, *(new[x] for x in node.inputs))
            else:
                raise TraceError(f"trace: {node.op.name} has no counterpart in a graph")
        return [new[leaf] for leaf in leaves], new[order[-1]]


class Trace:
    """A function of arrays, from one recorded run: optimized, fused, memory planned."""

    def __init__(self, function, *examples):
        self.inputs, self.output = record(function, *examples)
        self.session = Session(self.output.graph)

    def __call__(self, *arrays):
        return self.session.run(self.output, dict(zip(self.inputs, arrays)))

    def bound(self):
        """Return the output as it was recorded, with shapes."""
        shapes = {x: x.attrs["shape"] for x in self.inputs}
        return bind([self.output], shapes)[0]

    def optimized(self):
        """Return the output as it is run."""
        *_, (_, outputs) = optimize([self.bound()])
        return outputs[0]


def traffic(outputs):
    """Return operations, and bytes read and written by them, for a bound graph."""
    nodes = [node for node in find_topo_sort(outputs) if node.op]
    moved = sum(size(x) for node in nodes for x in (node, *node.inputs))
    return len(nodes), moved
