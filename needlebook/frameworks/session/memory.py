# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Where results lie: buffers that are used again when nobody needs what they hold."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from math import prod

from ...errors import NeedlebookError
from ...traversal import find_topo_sort


class PlanError(NeedlebookError, AssertionError):
    """A memory plan that puts one value over another that is still needed."""


def size(node):
    """Bytes of the result of `node`, of float64."""
    return 8 * prod(node.shape)


def lifetimes(outputs):
    """Return {operation: (step that makes it, last step that reads it)}, in order.

    What is fetched is read after the last step.
    """
    order = [node for node in find_topo_sort(outputs) if node.op is not None]
    ends = {}
    for step, node in enumerate(order):
        for x in (node, *node.inputs):
            ends[x] = step
    ends |= dict.fromkeys(outputs, len(order))
    return {node: (step, ends[node]) for step, node in enumerate(order)}


@dataclass
class MemoryPlan:
    """`place`: {operation: number of its buffer}. `sizes`: bytes of each buffer."""

    place: dict
    sizes: list


def plan_memory(lives):
    """Give each result a buffer that is free by then, the smallest that is enough."""
    plan, free, ending = MemoryPlan({}, []), [], defaultdict(list)
    for node, (_, end) in lives.items():
        ending[end].append(node)
    for node, (step, _) in lives.items():
        over = [x for x in ending[step] if x in plan.place and may_replace(node, x)]
        if over:
            plan.place[node] = plan.place[over[0]]
            ending[step].remove(over[0])
        else:
            plan.place[node] = take_buffer(plan.sizes, free, size(node))
        free += [plan.place[x] for x in ending[step]]
    return plan


def may_replace(node, x):
    """Whether `node` may be written where its input `x` lies: element by element."""
    each = node.op.code or node.kind == "fused"
    return bool(each) and x in node.inputs and x.shape == node.shape


def take_buffer(sizes, free, wanted):
    """Take the number of a free buffer, or of a new one; a small one grows."""
    enough = [i for i in free if sizes[i] >= wanted]
    if enough:
        best = min(enough, key=lambda i: sizes[i])
    elif free:
        best = max(free, key=lambda i: sizes[i])
        sizes[best] = wanted
    else:
        sizes.append(wanted)
        return len(sizes) - 1
    free.remove(best)
    return best


def check_plan(plan, lives):
    """Raise PlanError if two results lie in one buffer while both are needed."""
    shared = defaultdict(list)
    for node, buffer in plan.place.items():
        shared[buffer].append(node)
        if size(node) > plan.sizes[buffer]:
            raise PlanError(f"plan: {node.name!r} is larger than its buffer")
    for nodes in shared.values():
        for one, two in combinations(nodes, 2):
            first, second = sorted((one, two), key=lambda node: lives[node][0])
            made, ends = lives[second][0], lives[first][1]
            if ends > made or ends == made and not may_replace(second, first):
                raise PlanError(
                    f"plan: {second.name!r} is written over {first.name!r}, "
                    f"which is needed until step {ends} (now: {made})"
                )


def bytes_needed(outputs):
    """Return bytes if all is kept, if each result is freed in time, and as planned."""
    lives = lifetimes(outputs)
    steps = range(len(lives))
    peak = max(
        sum(size(node) for node, (born, end) in lives.items() if born <= step <= end)
        for step in steps
    )
    return sum(map(size, lives)), peak, sum(plan_memory(lives).sizes)
