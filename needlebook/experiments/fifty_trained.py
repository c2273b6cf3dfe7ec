# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Fifty layers before and after training: what moved, and what did not."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from needlebook import nn, optim
from needlebook.experiments import normalized as net
from needlebook.experiments.fifty_layers import FiftyLayers

RECIPES = {1: (5e-5, 3000), 2: (3e-4, 1200), 3: (1e-4, 3000)}
SHALLOW = (1e-3, 400)
PLAN = [("none", c, 50, 3) for c in (2, 3, 1)]
PLAN += [(norm, c, 20, 3) for norm in ("layer", "batch", "none") for c in (1, 2, 3)]
PLAN += [(norm, 2, 50, 2) for norm in ("layer", "batch")]


def train(network, X, y, lr, most, goal=0.05, seed=0):
    """Train with Adam and a falling rate until the training error is below `goal`.

    Looks every 50 steps, gives up after `most`. Returns (steps, training error).
    """
    rng = np.random.default_rng(seed)
    step_by = optim.Adam(network.parameters(), lr=lr, eps=1e-20)
    for t in range(1, most + 1):
        step_by.lr = lr * min(1, t / 50) * (1 - (t - 1) / most)
        chosen = rng.choice(len(X), 100, replace=False)
        outputs, _ = network.forward(net.constant(X[chosen]))
        nn.SoftmaxLoss()(outputs, net.constant(y[chosen])).backward()
        step_by.step()
        if t % 50 == 0 and error(network, X, y) < goal:
            break
    return t, error(network, X, y)


def error(network, X, y):
    """Return the share of wrong answers, with the averages of batch norm."""
    for norm in network.norms:
        norm.eval()
    wrong = network.forward(net.constant(X))[0].numpy().argmax(1) != y
    for norm in network.norms:
        norm.train()
    return float(wrong.mean())


def movement(before, after):
    """Return how far weights went: a list for each measure, an entry for each layer.

    `before`, `after`: lists of square matrices. distance: of the two, by the norm of
    the first. cosine: between them. top: largest singular value, before and after.
    rank5: share of the squared change in its five largest singular values.
    """
    rows = []
    for old, new in zip(before, after, strict=True):
        change = np.linalg.svd(new - old, compute_uv=False) ** 2
        rows.append(
            {
                "distance": np.linalg.norm(new - old) / np.linalg.norm(old),
                "cosine": (old * new).sum()
                / (np.linalg.norm(old) * np.linalg.norm(new)),
                "top_before": np.linalg.norm(old, 2),
                "top_after": np.linalg.norm(new, 2),
                "rank5": change[:5].sum() / change.sum(),
            }
        )
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def run(c, norm="none", seed=0, depth=50, recipe=None):
    """Train on the digits; return everything that we look at, as lists."""
    X, y, X_test, y_test = net.digits(seed)
    lr, most = recipe or (RECIPES[c] if depth == 50 else SHALLOW)
    network = FiftyLayers(
        64, 10, c, depth=depth, normalization=net.NORMS[norm], seed=seed
    )
    inner = slice(1, len(network.weights) - 1)
    before, old = network.profile(X, y), [W.numpy() for W in network.weights[inner]]
    steps, final = train(network, X, y, lr, most, seed=seed)
    after, new = network.profile(X, y), [W.numpy() for W in network.weights[inner]]
    profiles = {"before": asdict(before), "after": asdict(after)}
    return {
        **{"c": c, "norm": norm, "seed": seed, "depth": depth},
        **{"lr": lr, "most": most, "steps": steps},
        **{"error": final, "test_error": error(network, X_test, y_test)},
        **{"profiles": profiles, "moved": movement(old, new)},
    }


def stored(folder="measurements"):
    """Return the runs of the newest file that `main` wrote, and its name."""
    path = max(Path(folder).glob("*-fifty-layers.json"))
    return json.loads(path.read_text()), path.name


def main(path):
    """Run the whole plan; keep all of it in the file `path`."""
    runs = []
    for norm, c, depth, seeds in PLAN:
        for seed in range(seeds):
            found = run(c, norm, seed, depth)
            runs.append(found)
            print(norm, c, depth, seed, found["steps"], found["error"], flush=True)
            Path(path).write_text(json.dumps(runs, default=rounded))


def rounded(value):
    """Return an array as a list of numbers with five digits."""
    return [float(f"{x:.5g}") for x in value]


if __name__ == "__main__":
    import sys

    main(sys.argv[1])


def column(run, when, key):
    """Return one row of a stored profile as an array."""
    return np.array(run["profiles"][when][key])


def summary(run):
    """Return growth of activations, spread of gradients, and change of variances."""
    activations = column(run, "after", "activations")
    gradients = column(run, "after", "gradients")
    variances = column(run, "after", "variances") / column(run, "before", "variances")
    return {
        "growth": activations[-1] / activations[0],
        "spread": gradients.max() / gradients.min(),
        "level": float(np.median(gradients)),
        "variance": (variances.min(), variances.max()),
        "distance": (min(run["moved"]["distance"]), max(run["moved"]["distance"])),
        "cosine": min(run["moved"]["cosine"]),
        "rank5": float(np.mean(run["moved"]["rank5"])),
    }


def shuffled_and_cut(seed=0, depth=20, steps=100):
    """Return training errors of a trained network and of three changed copies.

    Copies: hidden weights shuffled; of the change by training only the five largest
    singular values kept; the change without those. And the largest change of a
    variance by shuffling.
    """
    X, y, _, _ = net.digits(seed)
    network = FiftyLayers(64, 10, 2, depth=depth, seed=seed)
    start = [W.numpy() for W in network.weights]
    train(network, X, y, 1e-3, 2 * steps, 0.03, seed)
    end = [W.numpy() for W in network.weights]
    rng, hidden = np.random.default_rng(seed), slice(1, depth)
    mixed = [rng.permutation(W.ravel()).reshape(W.shape) for W in end]
    top = [best_of_rank(b - a, 5) for a, b in zip(start, end)]

    def with_hidden(changed):
        for W, array in zip(network.weights[hidden], changed[hidden]):
            W.data = net.constant(array)
        return error(network, X, y)

    return {
        "trained": error(network, X, y),
        "shuffled": with_hidden(mixed),
        "five directions": with_hidden([a + t for a, t in zip(start, top)]),
        "the others": with_hidden([b - t for b, t in zip(end, top)]),
        "not changed": with_hidden(start),
        "variance": max(abs(m.var() / e.var() - 1) for m, e in zip(mixed, end)),
    }


def best_of_rank(matrix, rank):
    """Return the nearest matrix of this rank."""
    U, s, Vt = np.linalg.svd(matrix)
    return (U[:, :rank] * s[:rank]) @ Vt[:rank]
