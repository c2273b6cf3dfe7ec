# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Running a graph: compiled once for each set of fetches, then run from the cache."""

import numpy as np

from ...errors import NeedlebookError
from .graph import Node
from .memory import check_plan, lifetimes, plan_memory
from .passes import bind, optimize


class UninitializedError(NeedlebookError, RuntimeError):
    """A variable that has no value in this session."""


class Program:
    """Bound outputs, with a place in memory for each result, ready to be run.

    `plan`: a MemoryPlan; without one, each result gets an array of its own.
    """

    def __init__(self, outputs, plan=None):
        self.outputs, self.plan = outputs, plan
        self.lives = lifetimes(outputs)
        self.out = {node: np.empty(node.shape) for node in self.lives if plan is None}
        if plan is not None:
            check_plan(plan, self.lives)
            buffers = [np.empty(n // 8) for n in plan.sizes]
            for node, i in plan.place.items():
                count = int(np.prod(node.shape))
                self.out[node] = buffers[i][:count].reshape(node.shape)

    def run(self, value_of):
        """Compute the outputs; `value_of(leaf)` returns the array of a leaf."""
        values = self.out.copy()
        for node in self.lives:
            for x in node.inputs:
                if x not in values:
                    values[x] = value_of(x)
            arrays = [values[x] for x in node.inputs]
            node.op.compute(self.out[node], node.attrs, *arrays)
        leaf = {x: value_of(x) for x in self.outputs if x not in values}
        return [np.array(leaf[x] if x in leaf else values[x]) for x in self.outputs]


class Session:
    """Runs parts of a graph, and keeps the values of its variables between runs."""

    def __init__(self, graph, optimize=True):
        self.graph, self.optimize = graph, optimize
        self.variables, self.programs = {}, {}

    def initialize(self):
        """Give each variable the value it starts with."""
        for node in self.graph.variables():
            self.variables[node] = node.attrs["value"].copy()

    def run(self, fetches, feed_dict=None):
        """Return the arrays of `fetches`, a node or a list of nodes.

        `feed_dict`: {placeholder: array}. Assignments take effect when all else is
        computed. Raises FeedError, UninitializedError, ShapeError, CycleError.
        """
        single = isinstance(fetches, Node)
        nodes = [fetches] if single else list(fetches)
        fed = {node: np.asarray(a, float) for node, a in (feed_dict or {}).items()}
        values = self.program(nodes, fed).run(lambda leaf: self.leaf(leaf, fed))
        for node, value in zip(nodes, values):
            if node.kind == "assign":
                self.variables[node.inputs[0]] = value
        return values[0] if single else values

    def program(self, nodes, fed):
        """Return the Program of these fetches and shapes, compiled once."""
        shapes = {node: array.shape for node, array in fed.items()}
        key = (tuple(nodes), tuple(shapes.items()))
        if key not in self.programs:
            self.programs[key] = self.compile(bind(nodes, shapes))
        return self.programs[key]

    def compile(self, outputs):
        """Return a Program; optimized and with planned memory, if this session does."""
        if not self.optimize:
            return Program(outputs)
        *_, (_, outputs) = optimize(outputs)
        return Program(outputs, plan_memory(lifetimes(outputs)))

    def leaf(self, node, fed):
        """Return the array of a bound leaf."""
        if node.kind == "constant":
            return node.attrs["value"]
        if node.kind == "placeholder":
            return fed[node.origin]
        if node.origin not in self.variables:
            raise UninitializedError(
                f"variable {node.name!r}, shape {node.shape}, has no value in this "
                "session; call initialize() first"
            )
        return self.variables[node.origin]
