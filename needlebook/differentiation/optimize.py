# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Make a recorded graph smaller without changing what it computes."""

import numpy as np

from needlebook.differentiation.graph import Node, topological_order


def optimized(outputs, identities=True, common=True):
    """Return equal outputs of a smaller graph; the given graph stays as it is.

    `identities`: drop `+x`, `x * 1` and `x + 0`. `common`: compute what is computed
    twice from the same inputs only once. What no output needs is dropped anyway.
    """
    new, known = {}, {}
    for node in topological_order(outputs):
        inputs = tuple(new[x] for x in node.inputs)
        if node.op is None:
            key = node
            if node.constant and common:
                key = (np.shape(node.value), np.asarray(node.value).tobytes())
            new[node] = known.setdefault(key, node)
            continue
        same = unchanged(node, inputs) if identities else None
        if same is None:
            same = node if inputs == node.inputs else Node(node.value, node.op, inputs)
            same = known.setdefault((node.op, inputs), same) if common else same
        new[node] = same
    return [new[node] for node in outputs]


def unchanged(node, inputs):
    """Return the input that `node` hands on as it is, or None."""
    if node.op is np.positive:
        return inputs[0]
    neutral = {np.multiply: 1.0, np.add: 0.0}.get(node.op)
    if neutral is not None:
        for one, other in (inputs, inputs[::-1]):
            is_neutral = one.constant and np.all(np.equal(one.value, neutral))
            if is_neutral and other.shape == node.shape:
                return other
    return None


def operation_count(outputs):
    """Number of operations that a graph runs to compute `outputs`."""
    return sum(node.op is not None for node in topological_order(outputs))
