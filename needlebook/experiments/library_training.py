# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Classifiers trained with the library: the digits, and MNIST where it is found."""

import numpy as np

from needlebook import data, nn, optim
from needlebook.experiments.course_training import mnist_nine_to_one


def epoch(loader, model, optimizer=None):
    """Go through `loader` once, training if there is an optimizer.

    Returns the share of errors and the mean loss. Course homework 2.
    """
    model.train() if optimizer else model.eval()
    loss_of, wrong, total, seen = nn.SoftmaxLoss(), 0, 0.0, 0
    for X, y in loader:
        logits = model(X)
        loss = loss_of(logits, y)
        if optimizer:
            optimizer.reset_grad()
            loss.backward()
            optimizer.step()
        wrong += int((logits.numpy().argmax(axis=1) != y.numpy()).sum())
        total += loss.numpy().item() * y.shape[0]
        seen += y.shape[0]
    return wrong / seen, total / seen


def second_moments(gain=1.0, width=256, depth=8, seed=0):
    """Return the mean square of activations by layer; weights are scaled by `gain`."""
    np.random.seed(seed)
    x = np.random.default_rng(seed).normal(size=(200, width)).astype("float32")
    moments = []
    for _ in range(depth):
        layer = nn.Linear(width, width)
        x = np.maximum(gain * x @ layer.weight.numpy() + layer.bias.numpy(), 0)
        moments.append(float((x**2).mean()))
    return np.array(moments)


def two_layers(n, hidden=100, k=10):
    """The course's network: n features, one hidden layer, k classes."""
    return nn.Sequential(nn.Linear(n, hidden), nn.ReLU(), nn.Linear(hidden, k))


def three_layers(n, wide=200, narrow=100, k=10):
    """Two hidden layers, the second narrower than the first."""
    inner = (nn.Linear(wide, narrow), nn.ReLU(), nn.Linear(narrow, k))
    return nn.Sequential(nn.Linear(n, wide), nn.ReLU(), *inner)


RECIPES = {
    "two layers, SGD": (two_layers, lambda params: optim.SGD(params, lr=0.2)),
    "three layers, Adam": (three_layers, lambda params: optim.Adam(params, lr=0.001)),
}


def train(recipe, X, y, X_test, y_test, epochs=20, batch=100, seed=0):
    """Train by a recipe; return (history, model).

    history: (epochs, 4), error and loss in training, then error and loss on the test
    examples, by epoch.
    """
    np.random.seed(seed)
    build, make_optimizer = RECIPES[recipe]
    model = build(X.shape[1])
    optimizer = make_optimizer(model.parameters())
    loader = data.DataLoader(data.NDArrayDataset(X, y), batch, shuffle=True)
    test = data.DataLoader(data.NDArrayDataset(X_test, y_test), 500)
    history = [
        [*epoch(loader, model, optimizer), *epoch(test, model)] for _ in range(epochs)
    ]
    return np.array(history), model


def on_mnist(recipe, seed=0, epochs=20):
    """Test error by epoch: 9,000 of MNIST's test images train, 1,000 test; or None."""
    found = mnist_nine_to_one(seed)
    return found and train(recipe, *found, epochs=epochs, seed=seed)[0][:, 2].tolist()
