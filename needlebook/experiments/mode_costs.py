# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What a gradient costs in forward and in reverse mode, counted in operations."""

import time

import numpy as np

from needlebook.differentiation.forward import forward_gradient, jvp
from needlebook.differentiation.graph import Node, graph_bytes, topological_order
from needlebook.differentiation.reverse import adjoints, value_and_gradient
from needlebook.experiments.counting import Counted, operations_of


def chain_loss(x):
    """Sum of log(1 + exp(x sin x)) over a vector: five operations an entry, a sum."""
    return np.log(1 + np.exp(np.sin(x) * x)).sum()


def operations_by_inputs(n, seed=0):
    """Operations for chain_loss of n inputs: value, forward gradient, reverse gradient.

    Forward mode needs one pass per input; a pass is counted once and times n.
    """
    x = np.random.default_rng(seed).standard_normal(n)
    _, value = operations_of(lambda: chain_loss(Counted(x)))
    direction = np.eye(n)[0]
    _, one_pass = operations_of(lambda: counted_jvp(chain_loss, x, direction))
    _, reverse = operations_of(lambda: value_and_gradient(chain_loss, Counted(x)))
    return value, n * one_pass, reverse


def counted_jvp(f, x, direction):
    """Run one forward pass whose primal and tangent count their operations."""
    return jvp(f, [Counted(x)], [Counted(direction)])


def seconds_by_inputs(n, repeats=3, seed=0):
    """Best times for chain_loss of n inputs: value, forward and reverse gradient."""
    x = np.random.default_rng(seed).standard_normal(n)
    programs = (
        lambda: chain_loss(x),
        lambda: forward_gradient(chain_loss, x),
        lambda: value_and_gradient(chain_loss, x),
    )
    return tuple(best_time(program, repeats) for program in programs)


def best_time(program, repeats):
    """Shortest of `repeats` times of program(), in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        program()
        times.append(time.perf_counter() - start)
    return min(times)


def network_loss(x, *weights):
    """Sum of squares of a tanh network: x (m, n_1), weights[i] (n_i, n_{i+1})."""
    for w in weights:
        x = np.tanh(x @ w)
    return (x * x).sum() / 2


def network_arguments(batch, width, layers, seed=0):
    """Inputs and weights for network_loss."""
    rng = np.random.default_rng(seed)
    shapes = [(batch, width)] + [(width, width)] * layers
    return [rng.standard_normal(s) / np.sqrt(width) for s in shapes]


def reverse_ratio(f, xs):
    """Operations of value and all gradients over operations of the value alone."""
    counted = [Counted(x) for x in xs]
    _, value = operations_of(lambda: f(*counted))
    _, both = operations_of(lambda: value_and_gradient(f, *counted))
    return both / value


def time_ratio(f, xs, repeats=5):
    """Time for value and all gradients over time for the value alone."""
    both = best_time(lambda: value_and_gradient(f, *xs), repeats)
    return both / best_time(lambda: f(*xs), repeats)


def graph_size(batch, width, layers):
    """Nodes and bytes of the recorded network_loss: forward only, and with adjoints."""
    leaves = [Node(x) for x in network_arguments(batch, width, layers)]
    loss = network_loss(*leaves)
    everything = [loss, *adjoints(loss).values()]
    return (
        len(topological_order(loss)),
        graph_bytes(loss),
        len(topological_order(everything)),
        graph_bytes(everything),
    )
