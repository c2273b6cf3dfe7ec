# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Branches and loops as nodes: functions of the graph, chosen or repeated in a run."""

import numpy as np

from ...errors import ShapeError
from .gradients import gradients
from .graph import Graph, apply, placeholder
from .operations import register
from .passes import bind
from .session import Program


class Function:
    """A small graph of its own, from `parameters` to `output`.

    `describe(*nodes)` returns the output; it may use its arguments and constants only.
    """

    def __init__(self, describe, count):
        self.describe = describe
        with Graph():
            self.parameters = [placeholder(name=f"input {i}") for i in range(count)]
            self.output = describe(*self.parameters)
        self.programs = {}

    def program(self, shapes):
        """Return the Program for parameters of these shapes."""
        if shapes not in self.programs:
            fed = dict(zip(self.parameters, shapes))
            self.programs[shapes] = Program(bind([self.output], fed))
        return self.programs[shapes]

    def shape(self, *shapes):
        return self.program(shapes).outputs[0].shape

    def __call__(self, *arrays):
        values = dict(zip(self.parameters, arrays))
        program = self.program(tuple(array.shape for array in arrays))

        def value_of(leaf):
            constant = leaf.kind == "constant"
            return leaf.attrs["value"] if constant else values[leaf.origin]

        return program.run(value_of)[0]


def cond(predicate, then, otherwise, *inputs):
    """Describe then(*inputs) where `predicate` is above 0, else otherwise(*inputs).

    Only the branch that is chosen runs. Both must return the same shape.
    """
    functions = [Function(f, len(inputs)) for f in (then, otherwise)]
    return apply("cond", predicate, *inputs, branches=functions)


def cond_shape(attrs, predicate, *shapes):
    one, other = (branch.shape(*shapes) for branch in attrs["branches"])
    if one != other:
        raise ShapeError(f"the branches return {one} and {other}; make them equal")
    return one


def cond_compute(out, attrs, predicate, *arrays):
    out[...] = attrs["branches"][0 if predicate > 0 else 1](*arrays)


def cond_gradient(node, d):
    predicate, *inputs = node.inputs
    pair = node.attrs["branches"]
    return [None] + [
        cond(predicate, *[pulled(branch, i) for branch in pair], *inputs, d)
        for i in range(len(inputs))
    ]


def pulled(branch, i):
    """Return what describes the partial adjoint of input `i` of a branch."""

    def describe(*nodes):
        *inputs, d = nodes
        found = gradients(branch.describe(*inputs), [inputs[i]], d)[0]
        return inputs[i] * 0 if found is None else found

    return describe


register("cond", cond_shape, cond_compute, cond_gradient)


def while_loop(test, body, state, *inputs):
    """Describe: while test(step, state, *inputs) > 0, state = body(the same).

    `step` counts from 0. The state keeps its shape.
    """
    functions = [Function(f, len(inputs) + 2) for f in (test, body)]
    return apply("while", state, *inputs, functions=functions)


def while_shape(attrs, state, *shapes):
    after = attrs["functions"][1].shape((), state, *shapes)
    if after != state:
        raise ShapeError(f"a loop whose state goes from {state} to {after}")
    return state


def while_compute(out, attrs, state, *arrays):
    test, body = attrs["functions"]
    step = np.zeros(())
    while test(step, state, *arrays) > 0:
        state, step = body(step, state, *arrays), np.add(step, 1)
    out[...] = state


register("while", while_shape, while_compute)
