# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Schedules at an equal number of steps, at two peak rates (L7.34)."""

import numpy as np

from needlebook import nn, optim
from needlebook.data import DataLoader, Digits
from needlebook.training.evaluation import error_rate, evaluate
from needlebook.training.schedulers import (
    Scheduler,
    cosine,
    one_cycle,
    step_decay,
    warm_up,
)

STEPS = 200
SCHEDULES = {
    "constant": lambda step: 1.0,
    "step": step_decay(STEPS // 2),
    "cosine": cosine(STEPS),
    "warm-up, cosine": warm_up(STEPS // 10, cosine(STEPS - STEPS // 10)),
    "one-cycle": one_cycle(STEPS),
}


def deep_mlp(width=32, depth=6):
    """A network deep enough to be hurt by a first step that is too long."""
    layers = [nn.Flatten(), nn.Linear(64, width), nn.ReLU()]
    for _ in range(depth - 1):
        layers += [nn.Linear(width, width), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(width, 10))


def run(schedule, lr, seed, batch=20):
    """Train with SGD for STEPS steps; loss on the training data and test error."""
    np.random.seed(seed)
    model, loss = deep_mlp(), nn.SoftmaxLoss()
    optimizer = optim.SGD(model.parameters(), lr=lr)
    scheduler, train = Scheduler(optimizer, SCHEDULES[schedule]), Digits(seed=seed)
    loader = DataLoader(train, batch, shuffle=True, seed=seed)
    while scheduler.t < STEPS:
        for x, y in loader:
            loss(model(x), y).backward()
            optimizer.step()
            scheduler.step()
    model.eval()
    ends = DataLoader(train, 1500), DataLoader(Digits(train=False, seed=seed), 297)
    found = [evaluate(model, loss, end, {"error": error_rate}) for end in ends]
    return found[0]["loss"], found[1]["error"]
