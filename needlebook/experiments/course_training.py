# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The course's two-layer training run, on the data that there is (L3b.9, L3b.11)."""

import numpy as np

from needlebook.manual import toy
from needlebook.manual.mnist import find_mnist
from needlebook.manual.softmax import loss_err
from needlebook.manual.two_layer import nn_epoch, two_layer_logits


def course_weights(n, hidden, k, seed=0):
    """W1 (n, hidden) and W2 (hidden, k) as homework 0 draws them, float32."""
    rng = np.random.RandomState(seed)
    W1 = rng.randn(n, hidden).astype(np.float32) / np.sqrt(hidden).astype(np.float32)
    return W1, rng.randn(hidden, k).astype(np.float32) / np.sqrt(k).astype(np.float32)


def digits_in_order(seed=0, train=1500):
    """The 8 x 8 digits as float32, shuffled once: X, y, X_test, y_test."""
    X, y = toy.digits()
    data = X.astype(np.float32), y.astype(np.uint8)
    return toy.split(*data, np.random.default_rng(seed), train)


def train_nn(X, y, X_test, y_test, hidden=400, epochs=20, lr=0.2, batch=100, seed=0):
    """Return (epochs, 4): train loss and error, test loss and error by epoch."""
    W1, W2 = course_weights(X.shape[1], hidden, 10, seed)
    history = []
    for _ in range(epochs):
        nn_epoch(X, y, W1, W2, lr, batch)
        on_train = loss_err(two_layer_logits(X, W1, W2), y)
        history.append([*on_train, *loss_err(two_layer_logits(X_test, W1, W2), y_test)])
    return np.array(history)


def mnist_nine_to_one(seed=0):
    """The 10,000 test images of MNIST as 9,000 to train on and 1,000 to test on.

    None without the files. Returns X, y, X_test, y_test.
    """
    found = find_mnist("test")
    return found and toy.split(*found, np.random.default_rng(seed), 9000)


def homework_values(X, y):
    """The four numbers that homework 0 checks after an epoch on MNIST: the norms of
    W1 and W2, then loss and error on X (60000, 784), y."""
    W1, W2 = course_weights(X.shape[1], 100, 10)
    nn_epoch(X, y, W1, W2, lr=0.2, batch=100)
    loss, err = loss_err(two_layer_logits(X, W1, W2), y)
    return np.linalg.norm(W1), np.linalg.norm(W2), loss, err


def order_matters(seed=0, **options):
    """Test error of every epoch for data in shuffled order and sorted by label."""
    X, y, X_test, y_test = digits_in_order(seed)
    by_label = np.argsort(y, kind="stable")
    shuffled = train_nn(X, y, X_test, y_test, **options)[:, 3]
    return shuffled, train_nn(X[by_label], y[by_label], X_test, y_test, **options)[:, 3]
