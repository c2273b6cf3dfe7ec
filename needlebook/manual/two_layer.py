# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A network with one hidden layer, its gradients written out."""

import numpy as np

from .softmax import softmax_gradient


def two_layer_logits(X, W1, W2):
    """relu(X W1) W2 for X (m, n), W1 (n, h), W2 (h, k); of shape (m, k)."""
    return np.maximum(X @ W1, 0) @ W2


def two_layer_gradients(X, y, W1, W2):
    """Gradients of the softmax loss by W1 (n, h) and W2 (h, k), on a batch X (m, n)."""
    Z2 = np.maximum(X @ W1, 0)  # (m, h)
    G3 = softmax_gradient(Z2 @ W2, y)  # (m, k)
    D1 = (Z2 > 0) * (G3 @ W2.T)  # (m, h)
    return X.T @ D1, Z2.T @ G3


def nn_epoch(X, y, W1, W2, lr=0.1, batch=100):
    """One pass of stochastic gradient descent through X (m, n), y (m,), in their order.

    W1 (n, h) and W2 (h, k) are changed in place. Course homework 0.
    """
    for start in range(0, len(X), batch):
        rows = slice(start, start + batch)
        grad_W1, grad_W2 = two_layer_gradients(X[rows], y[rows], W1, W2)
        W1 -= lr * grad_W1
        W2 -= lr * grad_W2
