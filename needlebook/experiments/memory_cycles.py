# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What a gradient keeps alive: live values counted with the collector switched off."""

import gc
from contextlib import contextmanager

import numpy as np

from needlebook import autograd
from needlebook.autograd import Tensor


@contextmanager
def no_collector():
    """Collect once, then leave cycles alone inside the block."""
    gc.collect()
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        if was_on:
            gc.enable()


def live_values():
    """Return how many values are alive."""
    return autograd.TENSOR_COUNTER


def growth_per_step(step, steps=20):
    """Run `step(i)` several times with the collector off.

    Returns the values left per step, the first two not counted, and the values that
    are left in all after a collection.
    """
    with no_collector():
        before = live_values()
        for i in range(2):
            step(i)
        start = live_values()
        for i in range(steps):
            step(i)
        left = (live_values() - start) / steps
        gc.collect()
        return left, live_values() - before


class Steps:
    """Training steps on one weight that differ in what they leave behind."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.weight = Tensor(rng.normal(size=(5, 1)))
        self.data = rng.normal(size=(20, 5))

    def loss(self, wanted):
        x = Tensor(self.data, requires_grad=wanted)
        return ((x @ self.weight) ** 2).sum()

    def in_place(self, _):
        """Data wants no gradient; the weight keeps its place."""
        self.loss(wanted=False).backward()
        self.weight.data = self.weight.data - 0.01 * self.weight.grad.data

    def data_wants_gradient(self, _):
        """The batch is a leaf that gets a gradient, as `Tensor(batch)` does."""
        self.loss(wanted=True).backward()
        self.weight.data = self.weight.data - 0.01 * self.weight.grad.data

    def new_weight(self, _):
        """Each step makes a new weight; the old one holds its gradient."""
        self.loss(wanted=False).backward()
        self.weight = Tensor(self.weight.numpy() - 0.01 * self.weight.grad.numpy())

    def attached(self, _):
        """The update itself is recorded: the mistake that detach prevents."""
        self.loss(wanted=False).backward()
        self.weight = self.weight - 0.01 * self.weight.grad
