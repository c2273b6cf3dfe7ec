# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How many nodes a program leaves behind, and when their values are computed."""

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np

from needlebook import autograd
from needlebook.autograd import Tensor, find_topo_sort


@contextmanager
def lazy_mode():
    """Record only, inside the block; compute what is looked at."""
    before, autograd.LAZY_MODE = autograd.LAZY_MODE, True
    try:
        yield
    finally:
        autograd.LAZY_MODE = before


@dataclass(frozen=True)
class Work:
    """Computed nodes and their bytes at three moments of a program."""

    mode: str
    after_recording: int
    after_looking: int
    at_the_end: int
    recorded: int
    bytes_held: int


def work_done(lazy):
    """Record two branches of 10 operations, look at one; count what is computed."""

    def computed(nodes):
        return sum(node.cached_data is not None for node in nodes)

    x = Tensor(np.linspace(1.0, 2.0, 1000))
    with lazy_mode() if lazy else nullcontext():
        one = two = x
        for _ in range(10):
            one, two = one * 1.5, two + 0.5
        nodes = [node for node in find_topo_sort([one, two]) if node.op]
        first = computed(nodes)
        one.numpy()
        second = computed(nodes)
        held = sum(n.cached_data.nbytes for n in nodes if n.cached_data is not None)
        two.numpy()
        third = computed(nodes)
    return Work("lazy" if lazy else "eager", first, second, third, len(nodes), held)


def recorded_nodes(weights_want_gradients, layers=4):
    """Run `layers` products and ReLUs on data; return the nodes behind the output.

    `weights_want_gradients`: one flag for each layer.
    """
    rng = np.random.default_rng(0)
    z = Tensor(rng.normal(size=(8, 16)), requires_grad=False)
    for wanted in weights_want_gradients:
        w = Tensor(rng.normal(size=(16, 16)), requires_grad=wanted)
        z = autograd.ops.relu(z @ w)
    return len(find_topo_sort([z]))


def running_sum(steps, detach):
    """Add up `steps` products with a weight; return the nodes behind the sum."""
    weight, total = Tensor(2.0), Tensor(0.0, requires_grad=False)
    for step in range(steps):
        loss = weight * float(step)
        total = total + (loss.detach() if detach else loss)
    return len(find_topo_sort([total]))
