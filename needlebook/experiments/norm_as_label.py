# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How low the loss gets with each norm, and what happens where size is the label."""

import numpy as np

from needlebook import nn
from needlebook.experiments import normalized as net


def training_loss(norm, seed, rate=0.3, steps=200):
    """Return the loss on the training digits, in eval mode, three layers deep."""
    X, y, _, _ = net.digits(seed)
    model = net.mlp([64, 100, 100, 100, 10], net.NORMS[norm], seed=seed)
    net.fit(model, X, y, steps, rate, seed=seed)
    return net.loss(model, X, y).numpy().item()


PLACES = ("hidden", "hidden, no bias", "input")


def shells(m, rng, n=10):
    """Return X (m, n) of random directions and y (m,): is the length above 1?"""
    X = rng.normal(size=(m, n))
    length = rng.uniform(0.5, 1.5, m)
    X *= (3 * length / np.linalg.norm(X, axis=1))[:, None]
    return X.astype("float32"), (length > 1).astype(int)


def size_error(norm, place, seed, steps=400):
    """Return the test error on the shells with the norm in one of PLACES."""
    rng = np.random.default_rng(seed)
    X, y, X_test, y_test = *shells(2000, rng), *shells(1000, rng)
    made = net.NORMS[norm]
    inner = made if place != "input" else None
    model = net.mlp([10, 50, 50, 2], inner, place != "hidden, no bias", seed)
    if made and place == "input":
        model = nn.Sequential(made(10), *model.modules)
    net.fit(model, X, y, steps, 0.1, seed=seed)
    return net.error(model, X_test, y_test)


def row_sizes(norm, seed=0):
    """Return spread of row lengths after the norm, and correlation with those before.

    One layer of random weights on the shells. The spread is relative to the mean.
    """
    X, _ = shells(1000, np.random.default_rng(seed))
    np.random.seed(seed)
    before = nn.Linear(10, 50, bias=False)(net.constant(X))
    made = net.NORMS[norm]
    after = made(50)(before) if made else before
    size = np.linalg.norm(after.numpy(), axis=1)
    length = np.linalg.norm(X, axis=1)
    return size.std() / size.mean(), np.corrcoef(size, length)[0, 1]


def scaled_weights(norm, factor=1000.0, seed=0):
    """Return the factor by which the largest hidden activation grows with the weights.

    Three hidden layers without biases; the weights of all are multiplied.
    """
    X, _, _, _ = net.digits(seed)
    model = net.mlp([64, 100, 100, 100, 10], net.NORMS[norm], bias=False, seed=seed)
    hidden = nn.Sequential(*model.modules[:-1])
    before = net.logits(hidden, X).max()
    for module in hidden.modules:
        if isinstance(module, nn.Linear):
            module.weight.data = module.weight.data * factor
    return float(net.logits(hidden, X).max() / before)
