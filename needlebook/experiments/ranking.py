# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The same optimizers on a quadratic bowl and on networks: who wins where?"""

import numpy as np

from needlebook.experiments.connected import Connected, digits, loss_on, train
from needlebook.experiments.quadratics import descend, rotated, spectrum
from needlebook.optim import SGD, Adam, RMSProp

OPTIMIZERS = {
    "gradient descent": lambda p, lr: SGD(p, lr),
    "momentum": lambda p, lr: SGD(p, lr, 0.9),
    "momentum, unbiased": lambda p, lr: SGD(p, lr, 0.9, unbiased=True),
    "Nesterov": lambda p, lr: SGD(p, lr, 0.9, nesterov=True),
    "RMSProp": lambda p, lr: RMSProp(p, lr),
    "Adam": lambda p, lr: Adam(p, lr),
    "AMSGrad": lambda p, lr: Adam(p, lr, amsgrad=True),
}
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


def on_bowl(make, seed, steps=150):
    """Return 1/2 w H w^T by what it was at first; condition 300, rotated."""
    H = rotated(spectrum(300, 20), seed)
    start = np.random.default_rng(seed).normal(size=20)
    w = descend(make, H, start, steps)[-1]
    return float(w @ H @ w / (start @ H @ start))


def on_digits(make, seed, steps=60, sizes=(64, 40, 40, 40, 40, 10)):
    """Return the loss of a network five layers deep, on the digits, after 60 steps."""
    X, y = digits()
    network = Connected(sizes, seed)
    train(network, make(network.parameters()), X, y, steps, seed=seed)
    return loss_on(network, X, y).numpy().item()


TASKS = {"bowl": on_bowl, "digits": on_digits}
# the best of RATES for seeds 100 to 102, as `best_rate` finds them
BEST = {
    "bowl": dict(zip(OPTIMIZERS, [1, 10, 10, 10, 0.03, 1, 1])),
    "digits": dict(zip(OPTIMIZERS, [0.1, 0.3, 0.3, 0.3, 0.003, 0.01, 0.01])),
}


def best_rate(task, name, seeds=(100, 101, 102)):
    """Return the rate of RATES with the smallest mean loss over these seeds."""

    def mean_loss(lr):
        runs = [TASKS[task](lambda p: OPTIMIZERS[name](p, lr), s) for s in seeds]
        return np.nan_to_num(np.mean(runs), nan=np.inf)

    with np.errstate(all="ignore"):
        return float(min(RATES, key=mean_loss))


def ranking(task, seeds=range(4)):
    """Return for each optimizer the losses with its best rate, one per seed."""
    return {
        name: [TASKS[task](lambda p: OPTIMIZERS[name](p, lr), s) for s in seeds]  # noqa: B023
        for name, lr in BEST[task].items()
    }
