# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Softmax regression by hand: the loss, its gradient, an epoch of descent."""

import numpy as np


def check_labels(name, H, y):
    """Raise ValueError unless y (m,) holds a class 0 .. k-1 per row of H (m, k)."""
    if H.ndim != 2 or y.shape != H.shape[:1]:
        raise ValueError(
            f"{name}: logits {H.shape} and labels {y.shape} do not fit: wanted are "
            "logits (m, k) and one label per row, (m,)"
        )
    if y.size and not (0 <= y.min() and y.max() < H.shape[1]):
        raise ValueError(
            f"{name}: labels from {y.min()} to {y.max()}, but {H.shape[1]} logits per "
            f"row allow 0 to {H.shape[1] - 1}"
        )


def softmax(H):
    """Rows of H (m, k) turned into probabilities: positive, with sum 1."""
    exponentials = np.exp(H - H.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def softmax_loss(Z, y):
    """Mean over the batch of log sum exp z - z_y, for logits Z (m, k), labels y (m,).

    Raises ValueError where shapes or labels do not fit. Course homework 0.
    """
    check_labels("softmax_loss", Z, y)
    top = Z.max(axis=1)
    logsumexp = top + np.log(np.exp(Z - top[:, None]).sum(axis=1))
    return np.mean(logsumexp - Z[np.arange(len(y)), y])


def softmax_gradient(Z, y):
    """Gradient of softmax_loss by the logits, (S - I_y) / m, of shape (m, k)."""
    check_labels("softmax_gradient", Z, y)
    G = softmax(Z)
    G[np.arange(len(y)), y] -= 1
    return G / len(y)


def loss_err(H, y):
    """Loss and error rate of logits H (m, k) for labels y (m,). Course homework 0."""
    return softmax_loss(H, y), np.mean(H.argmax(axis=1) != y)


def softmax_regression_epoch(X, y, theta, lr=0.1, batch=100):
    """One pass of stochastic gradient descent through X (m, n), y (m,), in their order.

    theta (n, k) is changed in place. The last batch may be smaller. Course homework 0.
    """
    for start in range(0, len(X), batch):
        X_batch, y_batch = X[start : start + batch], y[start : start + batch]
        theta -= lr * (X_batch.T @ softmax_gradient(X_batch @ theta, y_batch))
