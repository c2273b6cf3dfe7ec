# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What an extended graph holds, and what remains after optimizing it."""

import numpy as np

from needlebook.differentiation.graph import Node
from needlebook.differentiation.optimize import operation_count, optimized
from needlebook.differentiation.reverse import adjoints
from needlebook.experiments.mode_costs import network_arguments, network_loss


def softplus_product(x):
    """Return exp(x) (exp(x) + 1), with exp written twice."""
    return np.exp(x) * (np.exp(x) + 1)


def reductions(output, wanted):
    """Operations of the graph of output and wanted gradients, step by step.

    Returns a dictionary: all recorded, dead nodes dropped, identities dropped too,
    common subexpressions shared too.
    """
    node_to_grad = adjoints(output, identities=True)
    goals = [output, *(node_to_grad[x] for x in wanted)]
    return {
        "recorded": operation_count([output, *node_to_grad.values()]),
        "needed": operation_count(goals),
        "without identities": operation_count(optimized(goals, common=False)),
        "shared": operation_count(optimized(goals)),
    }


def small_example():
    """Reductions of softplus_product and its derivative."""
    x = Node(0.5, label="x")
    return reductions(softplus_product(x), [x])


def network_example(layers=4):
    """Reductions of a network loss and its gradients by all weights."""
    x, *weights = (Node(a) for a in network_arguments(8, 16, layers))
    return reductions(network_loss(x, *weights), weights)


def second_order_example():
    """Reductions of the second derivative of softplus_product."""
    x = Node(0.5, label="x")
    first = adjoints(softplus_product(x))[x]
    return reductions(first, [x])
