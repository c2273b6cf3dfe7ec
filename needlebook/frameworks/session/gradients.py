# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Gradients as an extension of the graph."""

from functools import reduce
from operator import add

from ...errors import NoGradientError
from ...traversal import find_topo_sort
from .graph import constant


def gradients(output, by, adjoint=None):
    """Describe the gradient of `output` by each node of `by`.

    `adjoint`: that of `output`, a node; 1 if not given, for an output of shape ().
    Adds nodes to the graph and returns those of the gradients; None where `output`
    does not depend on the node. Each lies on the device of its forward node.
    """
    order = find_topo_sort([output])
    wanted = set(by)
    for node in order:
        if wanted.intersection(node.inputs):
            wanted.add(node)
    with output.graph as graph:
        parts, found = {output: [adjoint or constant(1.0)]}, {}
        for node in reversed(order):
            if node not in parts:
                continue
            with graph.device(node.device):
                found[node] = reduce(add, parts.pop(node))
                if node.op is not None and wanted.intersection(node.inputs):
                    extend(node, found[node], wanted, parts)
    return [found.get(node) for node in by]


def extend(node, adjoint, wanted, parts):
    """Describe the partial adjoints of the inputs of `node` that are wanted."""
    if node.op.gradient is None:
        raise NoGradientError(
            f"gradients: {node.kind} has no rule; put {node.name!r} under stop_gradient"
        )
    for x, part in zip(node.inputs, node.op.gradient(node, adjoint)):
        if x in wanted and part is not None:
            parts.setdefault(x, []).append(part)
