# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""One table of derivative rules, read by every kind of differentiation.

A rule takes a change `d`, the output `y` and the inputs, and returns the change that
this input causes (forward) or receives (reverse). Rules use NumPy functions only, so
they work on whatever the inputs are: arrays, expressions, dual numbers, graph nodes.
"""

import numpy as np

from needlebook.differentiation.graph import total, transpose


def share(a, b):
    """Share of the change that max(a, b) takes from a: 1, 0, or a half in a tie."""
    return (1.0 * np.greater(a, b) + np.greater_equal(a, b)) / 2


ELEMENTWISE = {
    np.positive: [lambda d, y, a: d],
    np.negative: [lambda d, y, a: -d],
    np.add: [lambda d, y, a, b: d, lambda d, y, a, b: d],
    np.subtract: [lambda d, y, a, b: d, lambda d, y, a, b: -d],
    np.multiply: [lambda d, y, a, b: d * b, lambda d, y, a, b: d * a],
    np.divide: [lambda d, y, a, b: d / b, lambda d, y, a, b: -(d * y) / b],
    np.exp: [lambda d, y, a: d * y],
    np.log: [lambda d, y, a: d / a],
    np.sin: [lambda d, y, a: d * np.cos(a)],
    np.cos: [lambda d, y, a: -(d * np.sin(a))],
    np.tanh: [lambda d, y, a: d * (1 - y * y)],
    np.sqrt: [lambda d, y, a: d / (2 * y)],
    np.absolute: [lambda d, y, a: d * np.sign(a)],
    np.maximum: [
        lambda d, y, a, b: d * share(a, b),
        lambda d, y, a, b: d * share(b, a),
    ],
}

FLAT = {np.sign, np.greater, np.greater_equal}

JVP = {
    **ELEMENTWISE,
    np.matmul: [lambda d, y, a, b: d @ b, lambda d, y, a, b: a @ d],
}

VJP = {
    **ELEMENTWISE,
    np.matmul: [lambda g, y, a, b: g @ b.T, lambda g, y, a, b: a.T @ g],
    transpose: [lambda g, y, a: g.T],
    total: [lambda g, y, a: g * np.ones(np.shape(a))],
}
