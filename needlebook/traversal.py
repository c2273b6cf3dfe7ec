# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Orders in which to visit a graph, without recursion."""

from . import autograd
from .errors import CycleError
from .operation import compute

ENTERED, DONE = 1, 2


def find_topo_sort(node_list):
    """Return every node that `node_list` needs, each after all of its inputs.

    The order is the post-order of a depth-first walk that follows `inputs` in order.
    Raises CycleError if a node needs itself.
    """
    topo_order, visited = [], {}
    for node in node_list:
        topo_sort_dfs(node, visited, topo_order)
    return topo_order


def topo_sort_dfs(node, visited, topo_order):
    """Append to `topo_order` what `node` needs, then `node`; skip what is `visited`.

    The stack is a list, so memory alone bounds the depth. What was entered and not
    left yet lies on the path from the start to here.
    """
    stack = [node]
    while stack:
        node = stack[-1]
        mark = visited.get(node)
        if mark is None:
            visited[node] = ENTERED
            for value in reversed(node.inputs):
                mark = visited.get(value)
                if mark is None:
                    stack.append(value)
                elif mark == ENTERED:
                    raise cycle_error(value)
        else:
            stack.pop()
            if mark == ENTERED:
                visited[node] = DONE
                topo_order.append(node)


def cycle_error(value):
    """Return the error to raise where `value` turned out to need itself."""
    name = value.op.name if value.op else "leaf"
    return CycleError(
        f"{name}: its result is among its own inputs; "
        "an operation may take only values that exist before it"
    )


def realize(value):
    """Compute `value` and whatever it needs that is not computed yet."""
    pending, waiting = [value], set()
    while pending:
        value = pending[-1]
        missing = [x for x in value.inputs if x.cached_data is None]
        if not missing:
            pending.pop()
            waiting.discard(value)
            if value.cached_data is None:
                value.cached_data = compute(value.op, value.inputs)
                value._made_at = autograd.DATA_CLOCK
        elif value in waiting:
            raise cycle_error(value)
        else:
            waiting.add(value)
            pending += missing
