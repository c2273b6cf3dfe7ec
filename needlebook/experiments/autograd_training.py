# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The two-layer network of chapter 3b, with the gradients left to `backward`."""

import numpy as np

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.manual.softmax import softmax_loss as loss_by_hand
from needlebook.manual.two_layer import nn_epoch as epoch_by_hand


def softmax_loss(logits, one_hot):
    """Mean of log sum exp z - z_y over the rows; both arguments have shape (m, k).

    The largest logit of each row, a constant, is subtracted first, so that exp cannot
    overflow. Course homework 1.
    """
    m, k = logits.shape
    largest = logits.realize_cached_data().max(axis=1, keepdims=True)
    shifted = logits - Tensor(np.broadcast_to(largest, (m, k)), requires_grad=False)
    log_sums = ops.log(ops.exp(shifted).sum(1))
    return (log_sums.sum() - (shifted * one_hot).sum()) / m


def nn_epoch(X, y, W1, W2, lr=0.1, batch=100):
    """One pass of gradient descent; W1 and W2, Tensors, are changed in place.

    `X`: array (m, n). `y`: labels (m,). Course homework 1.
    """
    for start in range(0, len(X), batch):
        labels = y[start : start + batch]
        examples = Tensor(X[start : start + batch], requires_grad=False)
        one_hot = Tensor(np.eye(W2.shape[1])[labels], requires_grad=False)
        softmax_loss(ops.relu(examples @ W1) @ W2, one_hot).backward()
        for weight in (W1, W2):
            weight.data = weight.data - lr * weight.grad.data
    return W1, W2


def against_by_hand(epochs=3, seed=0):
    """Train by hand and by `backward` from equal weights; return the differences.

    Returns the largest differences of loss, W1 and W2 after `epochs`, and the loss.
    """
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(500, 20)), rng.integers(5, size=500)
    W1, W2 = rng.normal(size=(20, 30)) / 5, rng.normal(size=(30, 5)) / 5
    T1, T2 = Tensor(W1), Tensor(W2)
    for _ in range(epochs):
        epoch_by_hand(X, y, W1, W2, lr=0.2, batch=100)
        nn_epoch(X, y, T1, T2, lr=0.2, batch=100)
    logits = ops.relu(Tensor(X) @ T1) @ T2
    ours = softmax_loss(logits, Tensor(np.eye(5)[y])).numpy().item()
    theirs = loss_by_hand(np.maximum(X @ W1, 0) @ W2, y)
    return (
        abs(ours - float(theirs)),
        float(abs(T1.numpy() - W1).max()),
        float(abs(T2.numpy() - W2).max()),
        float(ours),
    )
