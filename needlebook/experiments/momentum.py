# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What momentum does: inertia, warm-up, rates, and two ways to look ahead."""

import numpy as np

from needlebook.autograd import Tensor
from needlebook.experiments.connected import Connected, digits, loss_on, train
from needlebook.experiments.quadratics import descend, spectrum, steps_until
from needlebook.optim import SGD


def moves(make, gradients):
    """Return how far the optimizer make([w]) moves one number, step by step."""
    w = Tensor([0.0], dtype="float64")
    optimizer, places = make([w]), [0.0]
    for g in gradients:
        w.grad = Tensor(np.array([float(g)]), requires_grad=False)
        optimizer.step()
        places.append(float(w.numpy()[0]))
    return -np.diff(places)


def impulse(beta, steps=60, **options):
    """Return the moves, by the step size, after one gradient of 1 and then none."""
    gradients = np.eye(steps)[0]
    return moves(lambda p: SGD(p, lr=1, momentum=beta, **options), gradients)


def warm_up(beta, steps=60, **options):
    """Return the moves, by the step size, under a constant gradient of 1."""
    return moves(lambda p: SGD(p, lr=1, momentum=beta, **options), np.ones(steps))


def turns(make, kappa=100, steps=60):
    """Return how often the steepest coordinate of a bowl changes its sign."""
    path = descend(make, spectrum(kappa, 2), [1.0, 1.0], steps)[:, -1]
    return int(np.sum(path[1:] * path[:-1] < 0))


def largest_step(beta, **options):
    """Return the largest step size, by bisection, with which curvature 1 contracts."""
    low, high = 1.0, 64.0
    for _ in range(25):
        middle = np.sqrt(low * high)
        make = lambda p, lr=middle: SGD(p, lr=lr, momentum=beta, **options)  # noqa: E731
        path = descend(make, np.ones(1), [1.0], 300)[:, 0]
        shrinks = abs(path[-20:]).max() <= abs(path[80:100]).max()
        low, high = (middle, high) if shrinks else (low, middle)
    return low


def after_bad_gradients(unbiased, seed, bad=1, size=100.0, steps=150, lr=0.3):
    """Return |w| at the end on a bowl of condition 100, the first gradients random.

    The first `bad` gradients are noise of norm `size`; all others are exact.
    """
    rng = np.random.default_rng(seed)
    H, w = spectrum(100, 10), Tensor(rng.normal(size=10))
    optimizer = SGD([w], lr=lr, momentum=0.9, unbiased=unbiased)
    for step in range(steps):
        g = H * w.numpy()
        if step < bad:
            g = rng.normal(size=10)
            g *= size / np.linalg.norm(g)
        w.grad = Tensor(g, requires_grad=False)
        optimizer.step()
    return float(np.linalg.norm(w.numpy()))


def network_loss(unbiased, lr, seed, steps=50, beta=0.9):
    """Return the loss on all digits after a few steps of a network of four layers."""
    X, y = digits()
    network = Connected([64, 30, 30, 30, 10], seed)
    optimizer = SGD(network.parameters(), lr=lr, momentum=beta, unbiased=unbiased)
    with np.errstate(all="ignore"):
        train(network, optimizer, X, y, steps, batch=32, seed=seed)
        return loss_on(network, X, y).numpy().item()


def look_ahead(gradient, start, lr, beta, steps):
    """Return iterates w and look-ahead points of Nesterov's method as it is stated."""
    w, u = np.array(start, float), np.zeros(len(start))
    iterates, aheads = [], []
    for _ in range(steps):
        ahead = w - lr * beta * u
        u = beta * u + (1 - beta) * gradient(ahead)
        iterates.append(w)
        aheads.append(ahead)
        w = w - lr * u
    return np.array(iterates), np.array(aheads)


def nesterov_difference(kappa=50, lr=1.0, beta=0.9, steps=100):
    """Return the largest difference between look-ahead points and the path of SGD."""
    H, start = spectrum(kappa), np.ones(10)
    aheads = look_ahead(lambda w: H * w, start, lr, beta, steps)[1]
    make = lambda p: SGD(p, lr=lr, momentum=beta, nesterov=True)  # noqa: E731
    return float(abs(aheads - descend(make, H, start, steps - 1)).max())


def steps_by_look_ahead(kappa, lr, beta, **limits):
    """Return the steps that momentum and Nesterov need on the same bowl, or None."""
    H, start = spectrum(kappa), np.ones(10)
    return tuple(
        steps_until(
            lambda p, n=nesterov: SGD(p, lr=lr, momentum=beta, nesterov=n),
            H,
            start,
            **limits,
        )
        for nesterov in (False, True)
    )
