# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A penalty in the loss against decay in the optimizer (L7.28)."""

import numpy as np

from needlebook import optim
from needlebook.autograd import Tensor


def squared(w, strength):
    """strength / 2 |w|^2."""
    return strength / 2 * (w**2).sum()


def not_squared(w, strength):
    """strength |w|, as the notes have it."""
    return strength * (w**2).sum() ** 0.5


def norms_without_data(penalty, steps=60, strength=0.5, lr=0.1):
    """Norms of a weight vector that only `penalty` pulls at, by step."""
    w = Tensor(np.array([1.2, -0.9, 0.5, 0.3]))
    optimizer, norms = optim.SGD([w], lr=lr), []
    for _ in range(steps):
        norms.append(np.linalg.norm(w.numpy()))
        penalty(w, strength).backward()
        optimizer.step()
    return np.array(norms)


SCALES = np.array([0.01, 0.1, 1.0, 10.0])


def train(make, strength_in_loss=0.0, decay=0.0, steps=300, lr=0.01, seed=0):
    """Weights that start at 1, with noisy gradients of mean 0 and scales SCALES.

    `make(params, lr=...)` makes the optimizer. `strength_in_loss`: of the penalty.
    `decay`: multiplies the weights by 1 - lr * decay before each step.
    """
    rng = np.random.default_rng(seed)
    w = Tensor(np.ones(4))
    optimizer = make([w], lr=lr)
    for _ in range(steps):
        noise = Tensor(SCALES * rng.choice([-1.0, 1.0], 4), requires_grad=False)
        ((w * noise).sum() + squared(w, strength_in_loss)).backward()
        w.data = w.data * (1 - lr * decay)
        optimizer.step()
    return w.numpy()


def momentum(params, lr):
    """SGD with momentum 0.9, as the course has it."""
    return optim.SGD(params, lr=lr, momentum=0.9)


def kept(make, strength_in_loss=0.0, decay=0.0, seeds=range(5)):
    """Share of each weight that is left, mean over seeds."""
    options = {"strength_in_loss": strength_in_loss, "decay": decay}
    return np.mean([train(make, seed=s, **options) for s in seeds], axis=0)
