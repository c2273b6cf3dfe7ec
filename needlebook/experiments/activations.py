# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Activations of several features, and activations that are learned (Q1, Q2)."""

from __future__ import annotations

import numpy as np

from needlebook.manual import toy
from needlebook.manual.layers import Linear, ReLU, Tanh
from needlebook.manual.learned import Affine, LearnedSpline, Mixture, PReLU
from needlebook.manual.network import Adam, Network, accuracy, fit
from needlebook.manual.nonelementwise import (
    GatedLinear,
    GroupSort,
    Maxout,
    RootMeanSquare,
    SoftmaxUnits,
)

# name: (layer, features it makes out of two, learning rate that best_rate found)
RIVALS = {
    "ReLU": (ReLU, 2, 0.02),
    "maxout": (Maxout, 1, 0.05),
    "GLU": (GatedLinear, 1, 0.1),
    "GroupSort": (GroupSort, 2, 0.1),
    "softmax": (SoftmaxUnits, 2, 0.02),
    "RMS norm": (RootMeanSquare, 2, 0.02),
}
RATES = (0.01, 0.02, 0.05, 0.1)


def two_layers(make, kept, budget, n_in, n_out, rng):
    """Return the widest network of two hidden layers with at most budget parameters.

    make() gives the activation, which makes `kept` features out of two.
    """

    def cost(width):
        out = width * kept // 2
        return (n_in + 1) * width + (out + 1) * (width + n_out)

    width = 2
    while cost(width + 2) <= budget:
        width += 2
    out = width * kept // 2
    layers = [Linear(n_in, width, rng), make(), Linear(out, width, rng), make()]
    return Network([*layers, Linear(out, n_out, rng)])


def rival_accuracy(rival, task, seed, rate=None):
    """Return the test accuracy of two hidden layers of one of RIVALS on a task.

    task is "spirals" (300 parameters) or "hidden pair" (600 parameters).
    """
    rng = np.random.default_rng(seed)
    make, kept, found_rate = RIVALS[rival]
    if task == "spirals":
        X, y = toy.spirals(600, rng, 0.02, 2.5)
        X_test, y_test = toy.spirals(1000, rng, 0.02, 2.5)
        network = two_layers(make, kept, 300, 2, 2, rng)
        steps = 1200
    else:
        X, y, X_test, y_test = *toy.hidden_pair(1000, rng), *toy.hidden_pair(1000, rng)
        network = two_layers(make, kept, 600, 20, 2, rng)
        steps = 500
    fit(network, X, y, steps, Adam(rate or found_rate), batch=100, rng=rng)
    return accuracy(network, X_test, y_test)


def best_rate(rival, seeds=(10, 11, 12)):
    """Return the one of RATES with the best mean accuracy over both tasks."""

    def mean(rate):
        tasks = ("spirals", "hidden pair")
        runs = [rival_accuracy(rival, t, s, rate) for t in tasks for s in seeds]
        return np.mean(runs)

    return max(RATES, key=mean)


def small_network(kind, make_data, seed, *, width=2, steps=1000):
    """Return (test accuracy, trained network) with one hidden layer of few units.

    kind is one of relu, tanh, prelu, affine, mixture, spline.
    """
    make = {
        "relu": ReLU,
        "tanh": Tanh,
        "prelu": lambda: PReLU(width),
        "affine": lambda: Affine(width),
        "mixture": Mixture,
        "spline": lambda: LearnedSpline(width),
    }[kind]
    rng = np.random.default_rng(seed)
    X, y = make_data(400, rng)
    X_test, y_test = make_data(1000, rng)
    network = Network([Linear(2, width, rng), make(), Linear(width, 2, rng)])
    fit(network, X, y, steps, Adam(0.03))
    return accuracy(network, X_test, y_test), network
