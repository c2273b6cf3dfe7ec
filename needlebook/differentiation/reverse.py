# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Reverse mode, twice: numbers swept back over the graph, and an extended graph."""

import functools

import numpy as np

from needlebook.differentiation.graph import (
    Node,
    apply,
    as_node,
    op_name,
    topological_order,
)
from needlebook.differentiation.rules import FLAT, VJP
from needlebook.differentiation.structures import merged


def pull(op, adjoint, output, inputs):
    """Yield for every input its partial adjoint, in whatever arithmetic is given.

    `adjoint`, `output` and `inputs` are all values, or all nodes.
    """
    if op is None or op in FLAT:
        return
    rules = VJP.get(op) or VJP.get(type(op))
    if rules is None:
        raise NotImplementedError(f"reverse mode: no rule for {op_name(op)}")
    for k, x in enumerate(inputs):
        rule = rules(op, k) if callable(rules) else rules[k]
        part = rule(adjoint, output, *inputs)
        if np.shape(x) == () and np.shape(part) != ():
            part = part.sum()  # a single number that went with every element
        yield k, part


def add_adjoints(a, b):
    """Add two adjoints of one value: by `+`, dictionaries key by key."""
    if isinstance(getattr(a, "value", a), dict):
        return merged(a, b)
    return a + b


def backprop(output, seed=None, order=None):
    """Sweep numbers back over the graph and leave them in `node.grad`.

    `seed`: adjoint of `output` (default: ones). `order`: nodes in the order in which
    they pass their adjoint on (default: reverse topological, the only safe one).
    """
    order = order or topological_order(output)[::-1]
    for node in order:
        node.grad = None
    output.grad = np.ones(output.shape)[()] if seed is None else seed
    for node in order:
        values = [x.value for x in node.inputs]
        for k, part in pull(node.op, node.grad, node.value, values):
            x = node.inputs[k]
            x.grad = part if x.grad is None else add_adjoints(x.grad, part)


def value_and_gradient(f, *xs):
    """Return f(*xs) and the list of its gradients by all arguments, in one sweep."""
    leaves = [Node(x) for x in xs]
    output = as_node(f(*leaves))
    backprop(output)
    zeros = (np.zeros(x.shape)[()] for x in leaves)
    return output.value, [
        zero if x.grad is None else x.grad
        for x, zero in zip(leaves, zeros, strict=True)
    ]


def adjoints(output, seed=None, identities=False):
    """Extend the graph of `output` by nodes for all adjoints; return node_to_grad.

    `seed`: node with the adjoint of `output` (default: ones).
    `identities`: keep a node where an adjoint is handed on unchanged.
    """
    if seed is None:
        seed = Node(np.ones(output.shape)[()], constant=True)
    parts, node_to_grad = {output: [seed]}, {}
    for node in reversed(topological_order(output)):
        if node not in parts:
            continue  # nothing flows here: a flat operation stands in between
        adjoint = node_to_grad[node] = functools.reduce(add_adjoints, parts.pop(node))
        for k, part in pull(node.op, adjoint, node, node.inputs):
            if identities and part is adjoint:
                part = apply(np.positive, part)
            parts.setdefault(node.inputs[k], []).append(part)
    return node_to_grad
