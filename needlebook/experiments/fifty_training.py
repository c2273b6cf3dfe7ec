# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The fifty layers trained from three variances, on digits or on MNIST (L6.32)."""

from dataclasses import dataclass

import numpy as np

from needlebook.experiments.course_training import mnist_nine_to_one
from needlebook.experiments.fifty_layers import FiftyLayers, Profile, Run, digits, train
from needlebook.experiments.signals import cosines
from needlebook.optim import SGD, Adam

STEP_SIZES = {1: 0.1, 2: 0.003, 3: 0.01}


@dataclass(frozen=True)
class Outcome:
    """Profile before training, the Run, test error, and how far each layer moved."""

    before: Profile
    run: Run
    error: float
    moved: np.ndarray


@np.errstate(over="ignore", invalid="ignore")
def outcome(c, seed, steps, data=None, adam=None):
    """Train fifty layers of variance c / fan_in by SGD, or by Adam of step size `adam`.

    `data`: X, y, X_test, y_test; the 8 x 8 digits unless given.
    """
    X, y, X_test, y_test = data or digits()
    network = FiftyLayers(X.shape[1], 10, c=c, seed=seed)
    before = network.profile(X[:200], y[:200])

    def optimizer(parameters):
        return Adam(parameters, lr=adam) if adam else SGD(parameters, STEP_SIZES[c])

    run = train(network, X, y, optimizer, steps, seed=seed)
    return Outcome(before, run, network.error(X_test, y_test), network.moved())


def on_mnist(c, seed, steps, adam=None):
    """Return, on MNIST's test images split 9,000 to 1,000, what a file can hold.

    None where NEEDLEBOOK_DATA does not name a folder with the files.
    """
    data = mnist_nine_to_one(0)
    if data is None:
        return None
    found = outcome(c, seed, steps, data, adam)
    losses = found.run.losses
    return {
        "c": c,
        "optimizer": f"Adam {adam}" if adam else f"SGD {STEP_SIZES[c]}",
        "seed": seed,
        "RMS of layer 50": float(f"{found.before.activations[-1]:.2e}"),
        "gradient norm of layer 25": float(f"{found.before.gradients[24]:.2e}"),
        "failed at step": found.run.failed and found.run.failed[0],
        "mean loss of the last 50 steps": round(float(losses[-50:].mean()), 4),
        "test error": round(found.error, 4),
    }


def mirrored(seed, n_in=64, classes=10):
    """Return a `draw` whose network is linear at first, with orthogonal weights.

    Every unit has a twin with the opposite sign: max(z, 0) - max(-z, 0) = z.
    """
    rng = np.random.default_rng(seed)

    def draw(n, k):
        a, b = n if n == n_in else n // 2, k if k == classes else k // 2
        square = rng.normal(size=(max(a, b), max(a, b)))
        W = np.linalg.qr(square)[0][:a, :b]
        W = W if k == classes else np.hstack([W, -W])
        return W if n == n_in else np.vstack([W, -W])

    return draw


def from_mirrored(seed, steps=300, lr=0.003):
    """Return cosines by layer, losses and test error of fifty mirrored layers."""
    X, y, X_test, y_test = digits()
    network = FiftyLayers(64, 10, draw=mirrored(seed))
    before = cosines(network, X[:200])
    run = train(network, X, y, lambda p: SGD(p, lr), steps, seed=seed)
    return before, run.losses, network.error(X_test, y_test)
