# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Small networks on few digits: what the experiments on regularization share."""

import numpy as np

from needlebook import Tensor, nn
from needlebook.manual import toy


def few_digits(seed, train=200):
    """Return X, y, X_test, y_test as float32 and classes: `train` digits, the rest."""
    X, y = toy.digits()
    return toy.split(X.astype("float32"), y, np.random.default_rng(seed), train)


def network(sizes, norm=None, drop=None, dtype="float32"):
    """Return Linear, norm, ReLU, Dropout for each hidden layer, and a last Linear.

    `norm`: function of a width that returns a Module, or None. `drop` None: no Dropout.
    """
    layers = []
    for n_in, n_out in zip(sizes[:-2], sizes[1:-1], strict=True):
        layers.append(nn.Linear(n_in, n_out, dtype=dtype))
        layers += [norm(n_out)] if norm else []
        layers.append(nn.ReLU())
        layers += [nn.Dropout(drop)] if drop is not None else []
    return nn.Sequential(*layers, nn.Linear(*sizes[-2:], dtype=dtype))


def constants(*arrays):
    """Return arrays as Tensors that want no gradient."""
    return [Tensor(array, requires_grad=False) for array in arrays]


def fit(model, X, y, opt, steps, batch=None, before_step=None):
    """Train in place; `batch` examples a step are drawn anew, or all are taken.

    `before_step()` runs when the gradients are there and the weights have not moved.
    """
    model.train()
    loss = nn.SoftmaxLoss()
    for _ in range(steps):
        rows = slice(None) if batch is None else np.random.randint(0, len(X), batch)
        loss(model(*constants(X[rows])), *constants(y[rows])).backward()
        if before_step:
            before_step()
        opt.step()
    return model


def logits(model, X):
    """Return the outputs (m, k) in evaluation mode, as an array."""
    return model.eval()(*constants(X)).numpy()


def error(model, X, y):
    """Return the share of rows of X whose class the model misses."""
    return float(np.mean(logits(model, X).argmax(axis=1) != y))


def weights(model):
    """Return the weight matrices, without biases and without what norms train."""
    return [p for p in model.parameters() if len(p.shape) == 2 and p.shape[0] > 1]
