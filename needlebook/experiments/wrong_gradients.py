# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A two-layer step of descent with planted faults: how each trains, how it is found."""

import numpy as np

from needlebook.differentiation.numerical import numerical_gradient, relative_error
from needlebook.manual import toy
from needlebook.manual.softmax import loss_err, softmax_gradient, softmax_loss
from needlebook.manual.two_layer import two_layer_logits

SIGNALS = {
    "right": lambda mask, G3, W2: mask * (G3 @ W2.T),
    "W2, not its transpose": lambda mask, G3, W2: mask * (G3 @ W2),
    "ReLU forgotten": lambda mask, G3, W2: G3 @ W2.T,
    "brackets forgotten": lambda mask, G3, W2: mask * G3 @ W2.T,
    "W2 changed first": lambda mask, G3, W2: mask * (G3 @ W2.T),
}


def step(name, X, y, W1, W2, lr):
    """One step of descent in place, with the fault that `name` says; h = k = 10."""
    Z2 = np.maximum(X @ W1, 0)
    G3 = softmax_gradient(Z2 @ W2, y)
    grad_W2 = Z2.T @ G3
    if name == "W2 changed first":
        W2 -= lr * grad_W2
    W1 -= lr * (X.T @ SIGNALS[name](Z2 > 0, G3, W2))
    if name != "W2 changed first":
        W2 -= lr * grad_W2


def task(seed):
    """1000 digits to train on, the others to test, and weights 64 -> 10 -> 10."""
    rng = np.random.default_rng(seed)
    data = toy.split(*toy.digits(), rng, 1000)
    W1 = rng.normal(size=(64, 10)) * np.sqrt(2 / 64)
    W2 = rng.normal(size=(10, 10)) * np.sqrt(2 / 10)
    return data, W1, W2


def train(name, seed, lr=0.2, epochs=20, batch=50):
    """Return (epochs, 2): loss on the training set and error rate on the test set."""
    (X, y, X_test, y_test), W1, W2 = task(seed)
    history = []
    for _ in range(epochs):
        for start in range(0, len(X), batch):
            rows = slice(start, start + batch)
            step(name, X[rows], y[rows], W1, W2, lr)
        loss, _ = loss_err(two_layer_logits(X, W1, W2), y)
        history.append((loss, loss_err(two_layer_logits(X_test, W1, W2), y_test)[1]))
    return np.array(history)


def oracle_errors(name, seed, lr=0.2, batch=50):
    """Relative errors by W1 and by W2 of the gradient that one step really took."""
    (X, y, _, _), W1, W2 = task(seed)
    X, y = X[:batch], y[:batch]
    new_W1, new_W2 = W1.copy(), W2.copy()
    step(name, X, y, new_W1, new_W2, lr)
    true_W1 = numerical_gradient(
        lambda W: softmax_loss(two_layer_logits(X, W, W2), y), W1
    )
    true_W2 = numerical_gradient(
        lambda W: softmax_loss(two_layer_logits(X, W1, W), y), W2
    )
    return (
        relative_error((W1 - new_W1) / lr, true_W1),
        relative_error((W2 - new_W2) / lr, true_W2),
    )


def alignment(name, seed, lr=0.2, epochs=20, batch=50):
    """Cosine between the W1 gradient with the fault and the right one: (epochs + 1,).

    Taken on the whole training set at the weights that training with the fault gives.
    """
    (X, y, _, _), W1, W2 = task(seed)
    cosines = []
    for _ in range(epochs + 1):
        Z2 = np.maximum(X @ W1, 0)
        G3 = softmax_gradient(Z2 @ W2, y)
        a, b = (X.T @ SIGNALS[which](Z2 > 0, G3, W2) for which in (name, "right"))
        cosines.append(np.sum(a * b) / np.linalg.norm(a) / np.linalg.norm(b))
        for start in range(0, len(X), batch):
            rows = slice(start, start + batch)
            step(name, X[rows], y[rows], W1, W2, lr)
    return np.array(cosines)
