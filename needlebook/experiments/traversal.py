# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""In which order adjoints are passed on, and what a bad order costs."""

from needlebook.differentiation.graph import Node, topological_order
from needlebook.differentiation.reverse import backprop, pull


def doubling_chain(k):
    """Return leaf and output of k steps y = y + y, starting at 1."""
    leaf = output = Node(1.0)
    for _ in range(k):
        output = output + output
    return leaf, output


def push_down(node, adjoint=1.0):
    """Pass every partial adjoint on at once, by recursion; return the number of calls.

    Sets `grad` right (it adds up over all paths), but walks every path by itself.
    """
    node.grad = adjoint if node.grad is None else node.grad + adjoint
    calls = 1
    values = [x.value for x in node.inputs]
    for k, part in pull(node.op, adjoint, node.value, values):
        calls += push_down(node.inputs[k], part)
    return calls


def sweep_steps(output):
    """Number of edges that backprop passes an adjoint along."""
    backprop(output)
    return sum(len(node.inputs) for node in topological_order(output))


def breadth_first_order(output):
    """Every node once, in the order in which a walk back from `output` meets them."""
    order, seen = [output], {output}
    for node in order:
        for x in node.inputs:
            if x not in seen:
                seen.add(x)
                order.append(x)
    return order
