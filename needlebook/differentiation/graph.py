# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A computational graph that records itself while NumPy code runs on its nodes."""

import itertools

import numpy as np

from needlebook.differentiation.operators import Operators


class Node(Operators):
    """A value and how it was made: `op` applied to `inputs`; a leaf has `op` None.

    `value`: a number, an array, a dictionary, a dual number.
    `constant`: a leaf that the program wrote as a number.
    """

    made = itertools.count(1)

    def __init__(self, value, op=None, inputs=(), label=None, constant=False):
        self.value = value
        self.op = op
        self.inputs = tuple(inputs)
        self.label = label
        self.constant = constant
        self.grad = None
        self.index = next(Node.made)

    @property
    def shape(self):
        return np.shape(self.value)

    @property
    def T(self):
        return apply(transpose, self)

    def sum(self, axis=None, dtype=None, out=None):
        return apply(total, self)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if method != "__call__" or options:
            return NotImplemented
        return apply(ufunc, *inputs)

    def __repr__(self):
        made = "" if self.op is None else f"{op_name(self.op)} -> "
        return f"Node({made}{self.value})"


def transpose(x):
    """Swap the two axes of a matrix."""
    return x.T


def total(x):
    """Add up all elements."""
    return x.sum()


def op_name(op):
    """Name of an operation, for errors and pictures."""
    return getattr(op, "__name__", None) or str(op)


def as_node(x):
    """Return `x` itself if it is a node, else a constant leaf."""
    return x if isinstance(x, Node) else Node(x, constant=True)


def apply(op, *inputs):
    """Compute `op` on the values of `inputs` and record it as a new node."""
    inputs = [as_node(x) for x in inputs]
    check_shapes(op, inputs)
    return Node(op(*(x.value for x in inputs)), op, inputs)


def perform(op, *inputs):
    """Run `op` on plain values, or record it if one of the inputs is a node."""
    recorded = any(isinstance(x, Node) for x in inputs)
    return apply(op, *inputs) if recorded else op(*inputs)


def check_shapes(op, inputs):
    """Refuse shapes that would broadcast; a single number goes with any shape."""
    shapes = [x.shape for x in inputs]
    problem = None
    if op is np.matmul:
        if [len(shape) for shape in shapes] != [2, 2]:
            problem = "this graph multiplies matrices only"
        elif shapes[0][1] != shapes[1][0]:
            problem = f"inner sizes {shapes[0][1]} and {shapes[1][0]} differ"
    elif len(shapes) == 2 and () not in shapes and shapes[0] != shapes[1]:
        problem = "they differ, and this graph broadcasts single numbers only"
    if problem:
        raise ValueError(
            f"{op_name(op)}: cannot combine {shapes[0]} with {shapes[1]}: {problem}"
        )


def topological_order(outputs):
    """Return all nodes that `outputs` need, each after its inputs.

    `outputs`: a node or a list of nodes. Depth-first with a stack of its own, so that
    Python's recursion limit does not bound the depth of the graph.
    """
    outputs = [outputs] if isinstance(outputs, Node) else list(outputs)
    order, seen = [], set()
    stack = [(node, False) for node in reversed(outputs)]
    while stack:
        node, inputs_are_done = stack.pop()
        if inputs_are_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((x, False) for x in reversed(node.inputs))
    return order


def replay(outputs, values):
    """Run a recorded graph again; `values` maps leaves to their new values."""
    computed = dict(values)
    for node in topological_order(outputs):
        if node not in computed and node.op is None:
            computed[node] = node.value
        elif node not in computed:
            computed[node] = node.op(*(computed[x] for x in node.inputs))
    return [computed[node] for node in outputs]


def graph_bytes(outputs):
    """Bytes of all arrays that the graph of `outputs` keeps alive."""
    return sum(np.asarray(node.value).nbytes for node in topological_order(outputs))
