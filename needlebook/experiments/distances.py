# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How far training moves, and what decides where it ends (L6.33, L6.34, L6.Q3)."""

import numpy as np

from needlebook import init
from needlebook.experiments.fifty_layers import FiftyLayers, digits, train
from needlebook.optim import SGD, Adam

OPTIMIZERS = {
    "SGD": lambda parameters: SGD(parameters, lr=0.1),
    "Adam": lambda parameters: Adam(parameters, lr=0.002),
}


def trained(optimizer="SGD", seed=0, order=0, steps=300, data=None, **options):
    """Return a network trained on the digits: two hidden layers unless `options`.

    `seed` draws the weights, `order` the batches.
    """
    X, y, _, _ = data or digits()
    network = FiftyLayers(64, 10, **{"depth": 2, "seed": seed} | options)
    train(network, X, y, OPTIMIZERS[optimizer], steps, seed=order)
    return network


def moved(width, seed):
    """Return by layer how far 300 steps of SGD move weights, relative to their norm."""
    return trained(width=width, seed=seed, order=seed).moved()


PAIRS = {
    "order of the data": (("SGD", 0, 0), ("SGD", 0, 1)),
    "optimizer": (("SGD", 0, 0), ("Adam", 0, 0)),
    "initialization, both SGD": (("SGD", 0, 0), ("SGD", 1, 0)),
    "initialization, both Adam": (("Adam", 0, 0), ("Adam", 1, 0)),
}


def relative(one, other):
    """Return the distance of two arrays, relative to the mean of their norms."""
    norms = np.linalg.norm(one) + np.linalg.norm(other)
    return float(np.linalg.norm(one - other) / (norms / 2))


def pairs(seed, width=50):
    """Return for each of PAIRS the distance of two networks: (4,) numbers.

    Of their initial weights, of their trained weights, of their logits on the test
    examples; and the share of test examples on which they disagree.
    """
    _, _, X_test, _ = digits()
    networks, found = {}, {}
    for name, ends in PAIRS.items():
        for optimizer, draw, order in ends:
            key = optimizer, draw, order
            if key not in networks:
                networks[key] = trained(
                    optimizer, seed + 100 * draw, seed + 100 * order, width=width
                )
        one, other = (networks[end] for end in ends)
        logits = one.logits(X_test), other.logits(X_test)
        answers = [z.argmax(axis=1) for z in logits]
        found[name] = (
            relative(one.flat(one.start), other.flat(other.start)),
            relative(one.flat(), other.flat()),
            relative(*logits),
            float(np.mean(answers[0] != answers[1])),
        )
    return found


FAMILIES = [
    init.kaiming_normal,
    init.kaiming_uniform,
    init.xavier_normal,
    init.xavier_uniform,
    lambda n, k: init.randn(n, k, std=0.5 / np.sqrt(n)),
]


def member(data, family, seed, order):
    """Return the predicted probabilities, on the test examples, of one small network.

    Its weights are drawn by `family` from NumPy's global generator, seeded here.
    """
    np.random.seed(seed)
    network = trained(
        order=order, steps=200, data=data, depth=1, width=50, draw=FAMILIES[family]
    )
    logits = network.logits(data[2])
    P = np.exp(logits - logits.max(axis=1, keepdims=True))
    return P / P.sum(axis=1, keepdims=True)


def ensembles(repeat, size=5):
    """Return test errors: a member on average, and three ensembles of `size` members.

    Trained on 300 digits. The ensembles: one start and different orders of the data;
    different starts of one family; a different family for each member.
    """
    data = digits(repeat, 300)
    first = 10 * repeat

    def error(members):
        return float(np.mean(np.mean(members, axis=0).argmax(axis=1) != data[3]))

    starts = [member(data, 0, first + i, i) for i in range(size)]
    orders = [starts[0], *(member(data, 0, first, i) for i in range(1, size))]
    mixed = [starts[0], *(member(data, i, first + i, i) for i in range(1, size))]
    alone = float(np.mean([error([one]) for one in starts]))
    return alone, error(orders), error(starts), error(mixed)


def by_step_size(lr, seed, steps=300):
    """Return how far the first layer moves in training, and the test error."""
    X, y, X_test, y_test = digits(0, 300)
    network = FiftyLayers(64, 10, depth=1, width=50, seed=seed)
    train(network, X, y, lambda p: SGD(p, lr=lr), steps, seed=seed)
    return float(network.moved()[0]), network.error(X_test, y_test)
