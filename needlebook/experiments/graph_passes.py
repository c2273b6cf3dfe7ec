# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What a Session makes of a graph, and what happens when a pass is wrong (L7.18)."""

from contextlib import contextmanager

import numpy as np

from needlebook.experiments.three_styles import (
    Described,
    batches,
    draw_weights,
    logits_of,
)
from needlebook.frameworks.session import memory, passes
from needlebook.frameworks.session.memory import bytes_needed
from needlebook.frameworks.session.passes import bind, operation_count, optimize


def examples(style):
    """Return {what is asked for: nodes to fetch} of a described network."""
    again = logits_of(style.x, style.w)
    return {
        "a training step": [style.loss, *style.train],
        "the loss": [style.loss],
        "the logits": [style.logits],
        "loss, and logits described again": [style.loss, again],
    }


def stages(style, fetches, size=50):
    """Yield (stage, operations, bytes) from the described graph to the one that runs.

    Bytes: all results kept, each freed after its last use, and in planned buffers.
    """
    X, y = next(batches(1, size))
    feeds = style.feeds(X, y, 0.1)
    outputs = bind(fetches, {node: np.shape(a) for node, a in feeds.items()})
    described = sum(node.op is not None for node in style.session.graph.nodes)
    yield "described", described, None
    yield "pruned", operation_count(outputs), bytes_needed(outputs)
    for name, now in optimize(outputs):
        yield name, operation_count(now), bytes_needed(now)


def disagreement(steps=3):
    """Largest difference of losses between a plain and an optimizing session."""
    plain, optimizing = (Described(draw_weights(), optimize=o) for o in (False, True))
    return max(
        abs(float(plain.step(X, y, 0.1) - optimizing.step(X, y, 0.1)))
        for X, y in batches(steps)
    )


@contextmanager
def replaced(module, name, fault):
    """Put `fault` in place of a function of a module, inside the block."""
    before = getattr(module, name)
    setattr(module, name, fault)
    try:
        yield
    finally:
        setattr(module, name, before)


def freezing_fold(node, inputs, right=passes.fold):
    """A wrong pass: it takes variables for constants."""
    if node.kind == "variable" and node.name != "W_out":
        return passes.literal(node.attrs["value"], node)
    if node.kind == "assign":
        return passes.remake(node, inputs)
    return right(node, inputs)


def hasty_plan(lives, right=memory.plan_memory):
    """A wrong plan: it gives up each result one step after it was made."""
    return right({node: (born, born + 1) for node, (born, _) in lives.items()})
