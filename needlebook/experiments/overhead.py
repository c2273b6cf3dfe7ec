# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What recording costs: time per operation, and values made per node."""

import gc
import time
from dataclasses import dataclass

import numpy as np

from needlebook import autograd
from needlebook.autograd import Tensor


def product_chain(length):
    """Return a weight of four numbers and the end of `length` products with it."""
    weight = Tensor(np.full(4, 1.0001))
    value = weight
    for _ in range(length):
        value = value * weight
    return weight, value


def values_per_node(length=1000):
    """Return live values per node that `backward` adds, and that its graph adds."""
    gc.collect()
    weight, value = product_chain(length)
    start = autograd.TENSOR_COUNTER
    value.backward()
    by_backward = autograd.TENSOR_COUNTER - start
    history = weight.grad.inputs
    by_graph = autograd.TENSOR_COUNTER - start
    del history
    return by_backward / length, by_graph / length


@dataclass(frozen=True)
class Cost:
    """Microseconds per operation, the best of several runs."""

    numpy_operation: float
    recorded_operation: float
    backward_node: float
    recorded_backward_node: float


def costs(length=2000, runs=7):
    """Time a chain of products of four numbers in four ways."""

    def clocked(function, *args):
        started = time.perf_counter()
        result = function(*args)
        return result, (time.perf_counter() - started) / length * 1e6

    def plain():
        value = weight = np.full(4, 1.0001)
        for _ in range(length):
            value = value * weight

    rows = []
    for _ in range(runs):
        bare = clocked(plain)[1]
        (weight, value), recording = clocked(product_chain, length)
        back = clocked(value.backward)[1]
        expanding = clocked(lambda w=weight: w.grad.inputs)[1]
        rows.append((bare, recording, back, expanding))
    return Cost(*(min(column) for column in zip(*rows, strict=True)))
