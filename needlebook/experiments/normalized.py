# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Small networks with a norm before each activation, and a loop to train them."""

from contextlib import contextmanager

import numpy as np

from needlebook import nn, optim
from needlebook.autograd import Tensor
from needlebook.manual import toy

NORMS = {"none": None, "layer": nn.LayerNorm1d, "batch": nn.BatchNorm1d}


def digits(seed, train=1400):
    """Return (X, y, X_test, y_test): the digits, each pixel standardized, float32."""
    X, y = toy.digits()
    X = ((X - X.mean(0)) / (X.std(0) + 0.1)).astype("float32")
    return toy.split(X, y, np.random.default_rng(seed), train)


def mlp(sizes, norm=None, bias=True, seed=0):
    """Linear, norm(width), ReLU for each hidden size, then a Linear with bias."""
    np.random.seed(seed)
    modules = []
    for n_in, width in zip(sizes[:-2], sizes[1:-1]):
        modules += [nn.Linear(n_in, width, bias=bias)]
        modules += [norm(width)] if norm else []
        modules += [nn.ReLU()]
    return nn.Sequential(*modules, nn.Linear(*sizes[-2:]))


def constant(array):
    """Return `array` as a Tensor that wants no gradient."""
    return Tensor(array, requires_grad=False)


def logits(model, X):
    """Return the output of `model` on X as an array."""
    return model(constant(X)).numpy()


def loss(model, X, y):
    """Return the softmax loss on X (m, n) with classes y (m,), a Tensor."""
    return nn.SoftmaxLoss()(model(constant(X)), constant(y))


def error(model, X, y):
    """Return the share of wrong answers of `model`, in whatever mode it is."""
    return float((logits(model, X).argmax(1) != y).mean())


def fit(model, X, y, steps, lr=0.1, batch=100, seed=0, optimizer=optim.SGD):
    """Train on random batches; return the loss of each step. Ends in eval mode."""
    rng, step_by = np.random.default_rng(seed), optimizer(model.parameters(), lr=lr)
    model.train()
    losses = []
    for _ in range(steps):
        chosen = rng.choice(len(X), batch, replace=False)
        now = loss(model, X[chosen], y[chosen])
        now.backward()
        step_by.step()
        losses.append(now.numpy().item())
    model.eval()
    return np.array(losses)


def norms_of(model):
    """Return the batch norms in a Sequential."""
    return [m for m in model.modules if isinstance(m, nn.BatchNorm1d)]


@contextmanager
def restored(model):
    """Afterwards, parameters and running statistics are what they were before."""
    arrays = [(p, p.detach()) for p in model.parameters()]
    averages = [(n, n.running_mean, n.running_var) for n in norms_of(model)]
    try:
        yield model
    finally:
        for p, before in arrays:
            p.data = before
        for norm, mean, var in averages:
            norm.running_mean, norm.running_var = mean, var
        model.eval()


def error_in_training_mode(model, X, y, batch, after=None):
    """Return the share of wrong answers over the batches of X in turn.

    The model stays in training mode for them, and moves its running statistics.
    `after`: called with the logits of each batch, a Tensor.
    """
    model.train()
    wrong = 0
    for start in range(0, len(X), batch):
        outputs = model(constant(X[start : start + batch]))
        wrong += (outputs.numpy().argmax(1) != y[start : start + batch]).sum()
        if after:
            after(outputs)
    model.eval()
    return float(wrong / len(X))
