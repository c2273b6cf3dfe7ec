# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A graph that is described first. Nothing is computed here."""

import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from os.path import basename

import numpy as np

from ...errors import NeedlebookError


class GraphError(NeedlebookError, ValueError):
    """Nodes that cannot be put together."""


@dataclass(frozen=True)
class Operation:
    """One kind of node.

    `shape(attrs, *shapes)`: shape of the result. `compute(out, attrs, *arrays)` fills
    `out`. `gradient(node, adjoint)`: a node, or None, for each input. `code`: for an
    elementwise operation, the NumPy call, with places for inputs and output.
    """

    name: str
    shape: object
    compute: object
    gradient: object = None
    code: str = ""

    @property
    def symbol(self):
        return self.name


OPERATIONS = {}


class Node:
    """A leaf, or an operation of this kind applied to other nodes; never a value.

    `attrs`: what else the operation needs. `where`: the line that asked for the node.
    `shape`: known once a Session was told the shapes of what is fed.
    """

    def __init__(self, kind, inputs=(), attrs=None, name=None, device=None):
        self.kind, self.inputs = kind, tuple(inputs)
        self.attrs = attrs or {}
        self.name, self.device = name or kind, device
        self.graph = self.where = self.shape = self.origin = None

    @property
    def op(self):
        """The Operation, or None for a leaf."""
        return OPERATIONS.get(self.kind)

    @property
    def label(self):
        return None if self.op else self.name

    def __add__(self, other):
        return apply("add", self, other)

    def __sub__(self, other):
        return apply("subtract", self, other)

    def __mul__(self, other):
        return apply("multiply", self, other)

    def __truediv__(self, other):
        return apply("divide", self, other)

    def __neg__(self):
        return apply("negate", self)

    def __rsub__(self, other):
        return apply("subtract", other, self)

    __radd__, __rmul__ = __add__, __mul__

    def __repr__(self):
        return f"<{self.kind} {self.name!r}, not computed>"


class Graph:
    """Nodes in the order in which they were described."""

    open = []

    def __init__(self):
        self.nodes, self.names, self.place = [], Counter(), "device 0"

    def __enter__(self):
        Graph.open.append(self)
        return self

    def __exit__(self, *error):
        Graph.open.remove(self)

    @contextmanager
    def device(self, name):
        """Put the nodes that are described inside the block on this device."""
        before, self.place = self.place, name
        try:
            yield
        finally:
            self.place = before

    def add(self, kind, inputs=(), attrs=None, name=None):
        """Describe a node; its name is made unique."""
        node = Node(kind, inputs, attrs, name, self.place)
        count = self.names[node.name]
        self.names[node.name] += 1
        if count:
            node.name += f"_{count}"
        node.graph, node.where = self, calling_line()
        self.nodes.append(node)
        return node

    def variables(self):
        return [node for node in self.nodes if node.kind == "variable"]


def current():
    """Return the graph that is being described."""
    if not Graph.open:
        raise GraphError("no graph is open; describe inside `with Graph() as graph:`")
    return Graph.open[-1]


def placeholder(shape=None, name=None):
    """A value fed in every run; None stands for a size, or a shape, not known yet."""
    shape = None if shape is None else tuple(shape)
    return current().add("placeholder", attrs={"shape": shape}, name=name)


def variable(value, name=None):
    """A value that a session keeps from run to run; `value` is what it starts with."""
    return current().add("variable", attrs={"value": np.array(value, float)}, name=name)


def constant(value, name=None):
    """A value that never changes."""
    return current().add("constant", attrs={"value": np.array(value, float)}, name=name)


def apply(kind, *inputs, name=None, **attrs):
    """Describe an operation; numbers among the inputs become constants."""
    graph = next(x.graph for x in inputs if isinstance(x, Node))
    with graph:
        inputs = [x if isinstance(x, Node) else constant(x) for x in inputs]
    for x in inputs:
        if x.graph is not graph:
            raise GraphError(
                f"{kind}: {x.name!r} belongs to another graph; "
                "hand it in as an input of this one"
            )
    return graph.add(kind, inputs, attrs, name)


def calling_line():
    """Return (file, line) of the nearest caller outside this package, as TF1 noted."""
    frame = sys._getframe(1)
    while frame.f_back and __package__ in frame.f_globals.get("__name__", ""):
        frame = frame.f_back
    return basename(frame.f_code.co_filename), frame.f_lineno
