# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Reverse mode on a chain of stages that keeps only some of the values."""

from dataclasses import dataclass

import numpy as np

from needlebook.differentiation.graph import Node, graph_bytes
from needlebook.differentiation.reverse import backprop


@dataclass
class Cost:
    """What a gradient took: stages run, and the most bytes that were kept at once."""

    stages_run: int = 0
    peak_bytes: int = 0


def checkpointed_gradient(stages, x, every):
    """Gradient of stages[-1](… stages[0](x)) by x, keeping each `every`-th value.

    `stages`: functions of one array; the last returns a scalar. The first sweep keeps
    the input of every `every`-th stage; the way back records one segment at a time,
    from its kept input, and forgets it. Returns (value, gradient, Cost).
    """
    cost, kept = Cost(), {}
    for i, stage in enumerate(stages):
        if i % every == 0:
            kept[i] = x
        if i // every < (len(stages) - 1) // every:  # the last segment runs below
            x = stage(x)
            cost.stages_run += 1
    value = adjoint = None
    for start in sorted(kept, reverse=True):
        leaf = output = Node(kept.pop(start))
        for stage in stages[start : start + every]:
            output = stage(output)
            cost.stages_run += 1
        alive = graph_bytes(output) + sum(a.nbytes for a in kept.values())
        cost.peak_bytes = max(cost.peak_bytes, alive)
        value = output.value if value is None else value
        backprop(output, seed=adjoint)
        adjoint = leaf.grad
        del leaf, output
    return value, np.asarray(adjoint), cost
