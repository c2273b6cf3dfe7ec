# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Searches with an equal budget of training steps (L7.35)."""

import numpy as np

from needlebook import nn, optim
from needlebook.autograd import Tensor
from needlebook.data import Digits
from needlebook.experiments.augmentation import mlp
from needlebook.training.tuning import (
    LogUniform,
    Uniform,
    best,
    grid_search,
    random_search,
    successive_halving,
)

SPACE = {
    "lr": LogUniform(1e-3, 10.0),
    "momentum": Uniform(0.0, 0.95),
    "weight_decay": LogUniform(1e-6, 1e-2),
}
BUDGET = 40


def objective(seed):
    """Return objective(config, budget): the loss on 300 digits kept apart."""
    data = Digits(seed=seed)
    X, y = data.images, data.labels

    def cost(config, budget, X_end=X[1200:], y_end=y[1200:], batch=50):
        np.random.seed(seed)
        model, loss = mlp(width=32), nn.SoftmaxLoss()
        optimizer = optim.SGD(model.parameters(), **config)
        with np.errstate(all="ignore"):
            for _ in range(budget):
                rows = np.random.randint(1200, size=batch)
                x, classes = (Tensor(a[rows], requires_grad=False) for a in (X, y))
                loss(model(x), classes).backward()
                optimizer.step()
            ends = (Tensor(a, requires_grad=False) for a in (X_end, y_end))
            return loss(model(next(ends)), next(ends)).numpy()

    return cost


def search(method, seed):
    """The trials of a search, all with about 27 * BUDGET steps."""
    cost = objective(seed)
    if method == "grid":
        return grid_search(cost, SPACE, 3, BUDGET)
    if method == "random":
        return random_search(cost, SPACE, 27, BUDGET, seed)
    return successive_halving(cost, SPACE, 27, 27 * BUDGET // 4, seed=seed)


def judged(trials, seed, budget=400):
    """Loss on the test digits after `budget` steps with the best configuration."""
    test = Digits(train=False, seed=seed)
    config = best(trials).config
    return np.asarray(objective(seed)(config, budget, test.images, test.labels)).item()
