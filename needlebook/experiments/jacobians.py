# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The Jacobian of one layer, and the product that replaces it (L3b.7)."""

import numpy as np

from needlebook.manual.backprop import RELU


def layer_jacobian(Z, W, sigma=RELU):
    """Jacobian of vec sigma(Z W) by vec Z, rows of Z one after the other.

    Z (m, n), W (n, p): of shape (m p, m n).
    """
    slope = sigma.slope(Z @ W).ravel()
    return slope[:, None] * np.kron(np.eye(len(Z)), W.T)


def vector_jacobian_product(G, Z, W, sigma=RELU):
    """The same derivative applied to G (m, p) from the left; of shape (m, n)."""
    return (G * sigma.slope(Z @ W)) @ W.T


def sizes(m, n, p):
    """Of a layer n -> p on a batch of m: entries of its Jacobian, flops of a vector
    times it, entries of W and G, flops of the product (G o slope) W^T."""
    entries = (m * p) * (m * n)
    return entries, 2 * entries, n * p + m * p, 2 * m * n * p
