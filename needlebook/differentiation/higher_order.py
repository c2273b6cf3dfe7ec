# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Second derivatives: Hessian-vector products by three compositions, whole Hessians."""

import numpy as np

from needlebook.differentiation.forward import Dual, jvp
from needlebook.differentiation.graph import Node
from needlebook.differentiation.reverse import adjoints, value_and_gradient


def forward_over_reverse(f, x, v):
    """Hessian of f at x times v: reverse mode whose numbers are dual numbers.

    `x`, `v`: arrays of one shape; f returns a scalar. Returns an array of that shape.
    """
    leaf = Node(Dual(x, v))
    gradient = adjoints(f(leaf))[leaf].value
    return gradient.tangent if isinstance(gradient, Dual) else np.zeros(np.shape(x))


def reverse_over_reverse(f, x, v):
    """Hessian of f at x times v: gradient graph, dot product with v, gradient again."""
    leaf = Node(x)
    gradient = adjoints(f(leaf))[leaf]
    again = adjoints((gradient * v).sum())
    return again[leaf].value if leaf in again else np.zeros(np.shape(x))


def reverse_over_forward(f, x, v):
    """Hessian of f at x times v: the gradient of a directional derivative."""
    return value_and_gradient(lambda leaf: jvp(f, [leaf], [v])[1], x)[1][0]


def hessian(f, x):
    """Hessian of f at a vector x of length n, shape (n, n): n products, row by row."""
    return np.stack([forward_over_reverse(f, x, row) for row in np.eye(len(x))])
