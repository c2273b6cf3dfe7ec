# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What and where: digits on a canvas, one trunk, two heads, two losses (L7.24)."""

import numpy as np

from needlebook import nn, optim
from needlebook.autograd import Tensor
from needlebook.manual import toy

SIDE = 12


def canvases(seed, train=1200):
    """Digits at random places on SIDE x SIDE canvases, split into two.

    Each part is (X (m, SIDE^2), class (m,), corner (m, 2) in [-1, 1]), float32.
    """
    rng = np.random.default_rng(seed)
    images, y = toy.digits()
    corners = rng.integers(SIDE - 7, size=(len(y), 2))
    X = np.zeros((len(y), SIDE, SIDE), dtype="float32")
    for canvas, image, (i, j) in zip(X, images.reshape(-1, 8, 8), corners):
        canvas[i : i + 8, j : j + 8] = image
    where = (2 * corners / (SIDE - 8) - 1).astype("float32")
    order = rng.permutation(len(y))
    data = X.reshape(len(y), -1)[order], y[order], where[order]
    return [a[:train] for a in data], [a[train:] for a in data]


class Detector(nn.Module):
    """One hidden layer, then a head for the class and one for the corner."""

    def __init__(self, width=64):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(SIDE * SIDE, width), nn.ReLU())
        self.what, self.where = nn.Linear(width, 10), nn.Linear(width, 2)

    def forward(self, x):
        x = self.trunk(x)
        return self.what(x), self.where(x)


def constants(*arrays):
    """Return each array as a Tensor that wants no gradient."""
    return [Tensor(array, requires_grad=False) for array in arrays]


def both(weights=(1.0, 1.0)):
    """The two losses with these weights."""
    return nn.WeightedLoss([nn.SoftmaxLoss(), nn.L2Loss()], weights)


def linearity(weights=(0.25, 3.0), seed=0):
    """Gradients of one backward on the sum, beside the sum of two gradients.

    Returns the largest difference, relative to the largest gradient.
    """
    np.random.seed(seed)
    model, (X, y, where) = Detector(), canvases(seed)[0]
    batch = constants(X[:100], y[:100], where[:100])
    params = model.parameters()

    def gradients(loss):
        for p in params:
            p.grad = None
        loss.backward()
        return [0.0 if p.grad is None else p.grad.numpy() for p in params]

    together = gradients(both(weights)(model(batch[0]), *batch[1:]))
    parts = both().parts(model(batch[0]), *batch[1:])
    apart = [gradients(loss) for loss in parts]
    summed = [weights[0] * a + weights[1] * b for a, b in zip(*apart)]
    worst = max(abs(a - b).max() for a, b in zip(together, summed))
    return worst / max(abs(a).max() for a in together)


def train_detector(weight, seed, steps=250, batch=50):
    """Train with weight 1 on the class and `weight` on the corner.

    Returns the share of wrong classes and the mean distance of the corner in pixels,
    both on the test part.
    """
    np.random.seed(seed)
    (X, y, where), (X_test, y_test, where_test) = canvases(seed)
    model, loss = Detector(), both((1.0, weight))
    optimizer = optim.Adam(model.parameters(), lr=0.005)
    for _ in range(steps):
        rows = np.random.randint(len(X), size=batch)
        x, *targets = constants(X[rows], y[rows], where[rows])
        loss(model(x), *targets).backward()
        optimizer.step()
    what, corner = (out.numpy() for out in model(*constants(X_test)))
    apart = (corner - where_test) * (SIDE - 8) / 2
    distance = np.sqrt((apart**2).sum(1)).mean()
    return np.mean(what.argmax(1) != y_test), distance
