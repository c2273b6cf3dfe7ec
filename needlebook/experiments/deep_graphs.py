# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Depth and sharing: what recursion does with them, and what a list as stack does."""

import sys

from needlebook.autograd import Tensor, find_topo_sort


def recursive_order(node, visited=None, order=None):
    """Post-order by recursion, as one writes it first."""
    visited, order = (set(), []) if order is None else (visited, order)
    if node not in visited:
        visited.add(node)
        for value in node.inputs:
            recursive_order(value, visited, order)
        order.append(node)
    return order


def chain(length):
    """Return a leaf and the end of a chain of `length` additions to it."""
    leaf = Tensor(1.0)
    value = leaf
    for _ in range(length):
        value = value + 1.0
    return leaf, value


def deepest_recursion():
    """Return the longest chain that `recursive_order` can list, and the limit set."""
    works, fails = 1, 2 * sys.getrecursionlimit()
    while fails - works > 1:
        length = (works + fails) // 2
        try:
            recursive_order(chain(length)[1])
            works = length
        except RecursionError:
            fails = length
    return works, sys.getrecursionlimit()


def doubling(depth):
    """Return a leaf and 2 ** depth times it, by y = y + y."""
    leaf = Tensor(1.0)
    value = leaf
    for _ in range(depth):
        value = value + value
    return leaf, value


def calls_by_recursion(output):
    """Send an adjoint down every path; return the number of calls it takes."""
    calls = 0

    def send(node, adjoint):
        nonlocal calls
        calls += 1
        if node.op is not None:
            parts = node.op.gradient_as_tuple(adjoint, node)
            for value, part in zip(node.inputs, parts, strict=True):
                send(value, part)

    send(output, Tensor(1.0, requires_grad=False))
    return calls


def calls_of_rules(output):
    """Run `backward`; return how often a rule was asked for partial adjoints."""
    calls = 0
    operations = {type(node.op) for node in find_topo_sort([output]) if node.op}
    originals = {operation: operation.vjp for operation in operations}

    def counted(original):
        def vjp(*args):
            nonlocal calls
            calls += 1
            return original(*args)

        return vjp

    try:
        for operation, original in originals.items():
            operation.vjp = counted(original)
        output.backward()
    finally:
        for operation, original in originals.items():
            operation.vjp = original
    return calls
