# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Passes: from the graph that was described to the one that is run."""

import numpy as np

from ...errors import NeedlebookError, ShapeError
from ...traversal import find_topo_sort
from . import fuse  # noqa: F401
from .graph import Node

KEPT = ("assign", "cond", "while")


class FeedError(NeedlebookError, ValueError):
    """A placeholder that was fed nothing, or an array of another shape."""


def bind(outputs, fed):
    """Copy what `outputs` need, now with shapes; everything else is pruned.

    `fed`: {placeholder: shape}. Raises FeedError, ShapeError.
    """
    return rewrite(outputs, lambda node, inputs: bound(node, inputs, fed))


def rewrite(outputs, change):
    """Rebuild a graph: `change(node, inputs)` returns what stands in for `node`."""
    new = {}
    for node in find_topo_sort(outputs):
        new[node] = change(node, tuple(new[x] for x in node.inputs))
    return [new[node] for node in outputs]


def bound(node, inputs, fed):
    """Return a copy of `node` whose shape is known."""
    if node.op is not None:
        return remake(node, inputs)
    copy = Node(node.kind, (), node.attrs, node.name, node.device)
    copy.origin = node
    if node.kind != "placeholder":
        copy.shape = node.attrs["value"].shape
        return copy
    wanted, copy.shape = node.attrs["shape"], fed.get(node)
    if not fits(copy.shape, wanted):
        given = "nothing" if copy.shape is None else f"shape {copy.shape}"
        raise FeedError(
            f"placeholder {node.name!r} wants shape {wanted}, was fed {given}; "
            "give it in feed_dict"
        )
    return copy


def fits(shape, wanted):
    """Whether an array of this shape may be fed; None is any size, or any shape."""
    if shape is None or wanted is None:
        return shape is not None
    equal = [w in (None, s) for w, s in zip(wanted, shape)]
    return len(shape) == len(wanted) and all(equal)


def remake(node, inputs, kind=None, **attrs):
    """Return an operation on new inputs, with the name and place of `node`."""
    attrs = attrs or node.attrs
    made = Node(kind or node.kind, inputs, attrs, node.name, node.device)
    made.where = node.where
    try:
        made.shape = made.op.shape(attrs, *(x.shape for x in inputs))
    except ShapeError as error:
        at = "{}:{}".format(*node.where) if node.where else "a place not known"
        raise ShapeError(f"{node.name}: {error}\n  described at {at}") from None
    return made


def literal(value, like):
    """Return a constant on the device of the node `like`."""
    made = Node("constant", (), {"value": np.asarray(value, float)}, None, like.device)
    made.shape = made.attrs["value"].shape
    return made


def specialize(node, inputs):
    """Use known shapes: drop what changes nothing, make constants of sizes."""
    if node.kind == "rows":
        return literal(inputs[0].shape[0], node)
    if node.kind in ("sum_like", "broadcast_like"):
        a, like = inputs
        if a.shape == like.shape:
            return a
        kind = "sum_to" if node.kind == "sum_like" else "broadcast_to"
        return remake(node, (a,), kind, shape=like.shape)
    if node.kind == "stop_gradient":
        return inputs[0]
    return remake(node, inputs) if node.op else node


def fold(node, inputs):
    """Compute now what is made of constants alone; drop x * 1, x / 1 and x + 0."""
    if node.op is None:
        return node
    if inputs and node.kind not in KEPT and all(x.kind == "constant" for x in inputs):
        return literal(computed(remake(node, inputs), inputs), node)
    neutral = {"multiply": 1.0, "divide": 1.0, "add": 0.0}.get(node.kind)
    if neutral is not None:
        for one, other in (inputs, inputs[::-1])[: 1 if node.kind == "divide" else 2]:
            is_neutral = other.kind == "constant" and np.all(
                other.attrs["value"] == neutral
            )
            if is_neutral and one.shape == node.shape:
                return one
    if node.op.code:
        inputs = tuple(unstretched(node, inputs))
    return remake(node, inputs)


def computed(node, inputs):
    out = np.empty(node.shape)
    node.op.compute(out, node.attrs, *(x.attrs["value"] for x in inputs))
    return out


def unstretched(node, inputs):
    """Yield the inputs, without copies along axes that the operation stretches too."""
    for i, x in enumerate(inputs):
        if x.kind == "broadcast_to":
            shapes = [y.shape for y in inputs]
            shapes[i] = x.inputs[0].shape
            if np.broadcast_shapes(*shapes) == node.shape:
                x = x.inputs[0]
        yield x


def merge_common():
    """Return a pass that gives equal operations on equal inputs one node."""
    known = {}

    def change(node, inputs):
        if node.kind in ("placeholder", "variable", "assign"):
            return node if node.op is None else remake(node, inputs)
        if node.kind == "constant":
            value = node.attrs["value"]
            key = (value.shape, value.tobytes(), node.device)
            return known.setdefault(key, node)
        key = (node.kind, inputs, repr(sorted(node.attrs.items())), node.device)
        if key not in known:
            known[key] = remake(node, inputs)
        return known[key]

    return change


def fuse_elementwise(outputs):
    """Return a pass that puts an elementwise node into its user, if it has but one."""
    users = {}
    for node in find_topo_sort(outputs):
        for x in node.inputs:
            users.setdefault(x, set()).add(node)
    kept = set(outputs)

    def joins(x, node):
        return (
            x.op is not None
            and x.op.code
            and x not in kept
            and len(users[x]) == 1
            and (x.shape, x.device) == (node.shape, node.device)
        )

    def change(node, inputs):
        if node.op is None or not node.op.code:
            return remake(node, inputs) if node.op else node
        joined = [joins(x, node) for x in node.inputs]
        return fused(node, inputs, joined) if any(joined) else remake(node, inputs)

    return change


def fused(node, inputs, joined):
    """Return one node for `node` and those of its inputs that are `joined`."""
    outer, program, place = [], [], {}

    def argument(x):
        if x not in outer:
            outer.append(x)
        return outer.index(x)

    for x, joins in zip(inputs, joined):
        if not joins:
            place[x] = argument(x)
        elif x not in place:
            shift = len(program)
            for kind, arguments in x.attrs.get(
                "program", [(x.kind, range(len(x.inputs)))]
            ):
                moved = [
                    argument(x.inputs[i]) if i >= 0 else i - shift for i in arguments
                ]
                program.append((kind, moved))
            place[x] = -len(program)
    program.append((node.kind, [place[x] for x in inputs]))
    return remake(node, tuple(outer), "fused", program=program, shape=node.shape)


def optimize(outputs):
    """Yield (name of the pass, outputs) after each pass over a bound graph."""
    outputs = rewrite(outputs, specialize)
    yield "shapes used", outputs
    outputs = rewrite(outputs, fold)
    yield "constants folded", outputs
    outputs = rewrite(outputs, merge_common())
    yield "common merged", outputs
    outputs = rewrite(outputs, fuse_elementwise(outputs))
    yield "elementwise fused", outputs


def operation_count(outputs):
    """Number of operations that a graph runs to compute `outputs`."""
    return sum(node.op is not None for node in find_topo_sort(outputs))
