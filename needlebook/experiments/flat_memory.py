# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Live values during training: with each optimizer, and with losses kept."""

from collections import deque

import numpy as np

from needlebook import nn, optim
from needlebook.autograd import Tensor
from needlebook.experiments.memory_cycles import live_values, no_collector

OPTIMIZERS = {
    "SGD": lambda params: optim.SGD(params, lr=0.1),
    "momentum": lambda params: optim.SGD(params, lr=0.1, momentum=0.9),
    "Adam": lambda params: optim.Adam(params, lr=0.01),
}


class Training:
    """A small classifier, its data and an optimizer."""

    def __init__(self, optimizer, seed=0):
        np.random.seed(seed)
        rng = np.random.default_rng(seed)
        self.X = rng.normal(size=(32, 8)).astype("float32")
        self.y = rng.integers(4, size=32)
        self.model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
        self.update = OPTIMIZERS[optimizer](self.model.parameters())
        self.loss = nn.SoftmaxLoss()

    def forward(self):
        """Return the loss, a Tensor."""
        logits = self.model(Tensor(self.X, requires_grad=False))
        return self.loss(logits, Tensor(self.y, requires_grad=False))


def live_by_step(optimizer, kept=0, steps=1000):
    """Return the values alive after each step, less those alive before the first.

    `kept`: how many of the latest losses are held on to; None for all of them.
    """
    losses, counts = deque(maxlen=kept), np.zeros(steps, int)
    with no_collector():
        before = live_values()
        training = Training(optimizer)
        for step in range(steps):
            loss = training.forward()
            training.update.reset_grad()
            loss.backward()
            training.update.step()
            losses.append(loss)
            del loss
            counts[step] = live_values() - before
        return counts


def alive_after_forward(reset, steps=5):
    """Values alive when a forward pass ends; reset "before" it, "after", "never"."""
    with no_collector():
        before = live_values()
        training = Training("SGD")
        for _ in range(steps):
            if reset == "before":
                training.update.reset_grad()
            loss = training.forward()
            most = live_values() - before
            if reset == "after":
                training.update.reset_grad()
            loss.backward()
            training.update.step()
            del loss
        return most
