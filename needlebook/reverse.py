# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Reverse differentiation: adjoints, from the output back to the leaves."""

import weakref
from functools import reduce
from operator import add

from . import autograd
from .errors import NoGradientError, StaleValueError
from .traversal import find_topo_sort


def sum_node_list(node_list):
    """Add up a list of Tensors with as few additions as possible."""
    return reduce(add, node_list)


def add_adjoints(one, other):
    """Add two adjoints of one value; those of a tuple of arrays in pairs."""
    if type(one) is tuple:
        return tuple(map(add, one, other))
    return one + other


def walk_back(order, output, out_adjoint, partial_adjoints):
    """Yield (node, adjoint) from `output` back to the leaves, each node once.

    `partial_adjoints(node, adjoint)` returns a tuple with an entry for each input. When
    a node's turn comes, all of its users have had theirs: its adjoint is complete.
    """
    waiting = {output: out_adjoint}
    for node in reversed(order):
        adjoint = waiting.pop(node, None)
        if adjoint is None:
            continue
        yield node, adjoint
        if node.op is None:
            continue
        for value, part in zip(
            node.inputs, partial_adjoints(node, adjoint), strict=True
        ):
            if value.requires_grad and part is not None:
                if callable(part):
                    part = part()
                if value in waiting:
                    part = add_adjoints(waiting[value], part)
                waiting[value] = part


def partials_as_tensors(node, adjoint):
    """Partial adjoints as Tensors: the gradient becomes a graph itself."""
    refuse_stale(node)
    if node.op.has_vjp:
        parts = node.op.vjp(adjoint, node, *node.inputs)
        return parts if len(node.inputs) > 1 else (parts,)
    return node.op.gradient_as_tuple(adjoint, node)


def partials_as_arrays(node, adjoint):
    """Partial adjoints as arrays: nothing is recorded."""
    op, inputs = node.op, node.inputs
    if node._made_at != autograd.DATA_CLOCK:
        refuse_stale(node)
    if not op.has_vjp:
        out_grad = type(node).make_const(adjoint)
        parts = op.gradient_as_tuple(out_grad, node)
        return [part and part.realize_cached_data() for part in parts]
    if len(inputs) == 2:
        one, two = inputs
        return op.vjp(adjoint, node.cached_data, one.cached_data, two.cached_data)
    parts = op.vjp(adjoint, node.cached_data, *[x.cached_data for x in inputs])
    return parts if len(inputs) > 1 else (parts,)


def refuse_stale(node):
    """Raise StaleValueError if a value that the rule of `node` needs was replaced."""
    values = (*node.inputs, node)
    for i, value in enumerate(node.inputs):
        if not value.requires_grad:
            continue
        for changed in node.op.read_by(i, values):
            if getattr(changed, "_changed_at", 0) > node._made_at:
                raise StaleValueError(
                    f"{node.op.name}: a value of shape {changed.shape} was replaced "
                    "through `data` after this operation used it, and the gradient "
                    "needs the old one; call backward first, or compute again"
                )


class Record:
    """How a gradient was found, kept until somebody differentiates the gradient."""

    __slots__ = ("__weakref__", "adjoints", "out_grad", "output")

    def __init__(self, output, out_grad):
        self.output = output
        self.out_grad = out_grad
        self.adjoints = None

    def adjoint_of(self, key):
        """Return the adjoint of the value with this id, as a node of a graph."""
        if self.adjoints is None:
            walk = walk_back(
                find_topo_sort([self.output]),
                self.output,
                self.out_grad,
                partials_as_tensors,
            )
            self.adjoints = {id(node): adjoint for node, adjoint in walk}
        return self.adjoints[key]


def compute_gradient_of_variables(output_tensor, out_grad):
    """Set `grad` of every value that `output_tensor` was computed from.

    `out_grad`: adjoint of the output, a Tensor of its shape. Raises NoGradientError,
    StaleValueError, CycleError.
    """
    order = find_topo_sort([output_tensor])
    if not output_tensor.requires_grad:
        raise NoGradientError(
            f"backward: nothing was recorded for this value of shape "
            f"{output_tensor.shape}; compute it from a Tensor with requires_grad=True"
        )
    if autograd.LAZY_MODE:
        for node, adjoint in walk_back(
            order, output_tensor, out_grad, partials_as_tensors
        ):
            node.grad = adjoint
        return
    output_tensor.realize_cached_data()
    record = Record(output_tensor, out_grad)
    weak = weakref.ref(record)
    out_adjoint = out_grad.realize_cached_data()
    for node, adjoint in walk_back(
        order, output_tensor, out_adjoint, partials_as_arrays
    ):
        node._grad = adjoint
        node._record = record if node.op is None else weak
