# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Softmax regression: its gradient against the oracle, NumPy against C++."""

import numpy as np

from needlebook.differentiation.numerical import numerical_gradient, relative_error
from needlebook.experiments.course_training import digits_in_order
from needlebook.manual.native import softmax_regression_epoch_cpp
from needlebook.manual.softmax import (
    loss_err,
    softmax_gradient,
    softmax_loss,
    softmax_regression_epoch,
)


def logit_gradient_error(m=6, k=5, scale=3.0, seed=0):
    """Relative error of (S - I_y) / m against the oracle, for logits of that scale."""
    rng = np.random.default_rng(seed)
    H, y = scale * rng.normal(size=(m, k)), rng.integers(0, k, m)
    measured = numerical_gradient(lambda H: softmax_loss(H, y), H)
    return relative_error(softmax_gradient(H, y), measured)


def train(epochs=50, lr=0.5, batch=100, epoch=softmax_regression_epoch):
    """Train on the digits from theta = 0; return theta (64, 10), test loss, error."""
    X, y, X_test, y_test = digits_in_order()
    theta = np.zeros((64, 10), np.float32)
    for _ in range(epochs):
        epoch(X, y, theta, lr, batch)
    return theta, *loss_err(X_test @ theta, y_test)


def numpy_and_cpp(epochs=50, batch=128):
    """Largest entry of theta from NumPy, and its largest difference to that from C++.

    1500 examples do not divide by 128, so that the last batch is a smaller one.
    """
    theta, *_ = train(epochs, batch=batch)
    other, *_ = train(epochs, batch=batch, epoch=softmax_regression_epoch_cpp)
    return float(np.abs(theta).max()), float(np.abs(theta - other).max())
