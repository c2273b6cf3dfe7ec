# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How large gradients and updates are, layer by layer, and what Adam makes of it."""

import numpy as np

from needlebook.autograd import Tensor
from needlebook.experiments.connected import Connected, digits, loss_on, train
from needlebook.experiments.momentum import moves
from needlebook.optim import Adam


def rms(array):
    """Return the root of the mean of the squares."""
    return float(np.sqrt(np.mean(np.square(array))))


def scales(make, seed=0, std=None, steps=50, sizes=(64, 100, 50, 50, 20, 10)):
    """Return RMS of gradients and of updates, (parameters,) each, mean over steps.

    The network is trained on the digits. `make(parameters)` returns the optimizer. The
    parameters are the weights of each layer, then the biases.
    """
    X, y = digits()
    network = Connected(sizes, seed, std=std)
    params = network.parameters()
    gradients, places = [], []

    def watch(_):
        gradients.append([rms(p.grad.numpy()) for p in params])
        places.append([p.numpy() for p in params])

    train(network, make(params), X, y, steps, seed=seed, watch=watch)
    places.append([p.numpy() for p in params])
    updates = [
        [rms(new - old) for new, old in zip(after, before)]
        for before, after in zip(places, places[1:])
    ]
    return np.mean(gradients, axis=0), np.mean(updates, axis=0)


def uncorrected_factor(t, beta1=0.9, beta2=0.999):
    """Return the length of the uncorrected step t, by lr, for a constant gradient."""
    return (1 - beta1**t) / np.sqrt(1 - beta2**t)


def measured_factor(steps, **options):
    """Return the same for steps 1, 2, ..., taken with the library's Adam."""
    return moves(lambda p: Adam(p, lr=1, **options), np.full(steps, 0.37))


def loss_with_correction(correction, lr, seed, steps=40):
    """Return the loss on the digits after a few steps of Adam, corrected or not."""
    X, y = digits()
    network = Connected([64, 30, 30, 30, 10], seed)
    optimizer = Adam(network.parameters(), lr=lr, bias_correction=correction)
    train(network, optimizer, X, y, steps, seed=seed)
    return loss_on(network, X, y).numpy().item()


def reddi(make, steps=3000, large=3.0):
    """Return where x in [-1, 1] ends when every third gradient is `large`, others -1.

    The mean gradient is positive, so that -1 is best. Source: Reddi et al. (2018).
    """
    x = Tensor([0.0], dtype="float64")
    optimizer = make([x])
    for step in range(steps):
        x.grad = Tensor(
            np.array([large if step % 3 == 0 else -1.0]), requires_grad=False
        )
        optimizer.step()
        x.data = Tensor(np.clip(x.numpy(), -1, 1))
    return float(x.numpy()[0])


def decayed(make, noise, steps=300, seed=0):
    """Return what is left of weights of 1 whose gradients are noise of sizes (2,)."""
    rng = np.random.default_rng(seed)
    w = Tensor(np.ones(2))
    optimizer = make([w])
    for _ in range(steps):
        w.grad = Tensor(rng.normal(size=2) * noise, requires_grad=False)
        optimizer.step()
    return w.numpy()
