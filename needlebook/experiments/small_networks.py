# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Small networks on the 8 x 8 digits, trained here (L10.2, L10.9, L10.K3)."""

import numpy as np

from needlebook import Tensor, nn, optim
from needlebook.manual import toy
from needlebook.nn import Conv, ConvBN, MaxPool2d


def mlp():
    """Return a network with one hidden linear layer, 2410 parameters."""
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def pooled(c=12):
    """Return two convolutions, each with pooling; 2365 parameters."""
    first = (Conv(1, c, 3), nn.ReLU(), MaxPool2d(2))
    second = (Conv(c, 15, 3), nn.ReLU(), MaxPool2d(2))
    return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(4 * 15, 10))


def strided(c=12):
    """Return the same with strides in place of pooling."""
    first = (Conv(1, c, 3, 2), nn.ReLU())
    second = (Conv(c, 15, 3, 2), nn.ReLU())
    return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(4 * 15, 10))


def residual(c=12):
    """Return ResNet9 in small: one residual block, 8 x 8 images."""
    twice = [ConvBN(2 * c, 2 * c, 3, 1) for _ in range(2)]
    return nn.Sequential(
        ConvBN(1, c, 3, 1),
        ConvBN(c, 2 * c, 3, 2),
        nn.Residual(nn.Sequential(*twice)),
        MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(8 * c, 10),
    )


def images(X):
    """Return rows (m, 64) as a Tensor of images (m, 1, 8, 8)."""
    rows = X.reshape(-1, 1, 8, 8)
    return Tensor(rows, dtype="float32", requires_grad=False)


def accuracy(network, X, y):
    """Return the share of right answers, in evaluation mode."""
    network.eval()
    right = network(images(X)).numpy().argmax(axis=1) == y
    network.train()
    return float(right.mean())


def trained(make, seed, epochs=4, rate=0.01):
    """Return (network, test images, test labels), trained on 1000 digits."""
    np.random.seed(seed)
    rng = np.random.default_rng(seed)
    X, y, X_test, y_test = toy.split(*toy.digits(), rng, 1000)
    network, loss = make(), nn.SoftmaxLoss()
    optimizer = optim.Adam(network.parameters(), lr=rate)
    for _ in range(epochs):
        for batch in rng.permutation(1000).reshape(-1, 50):
            optimizer.reset_grad()
            labels = Tensor(y[batch], requires_grad=False)
            loss(network(images(X[batch])), labels).backward()
            optimizer.step()
    return network, X_test, y_test


def moved(X):
    """Return the images (m, 64) one pixel further right, zeros coming in."""
    squares = np.zeros((len(X), 8, 8))
    squares[:, :, 1:] = X.reshape(-1, 8, 8)[:, :, :-1]
    return squares.reshape(-1, 64)


def after_a_shift(make, seed):
    """Return accuracy, accuracy on moved images, and the change of hidden values.

    The change is that of the first ReLU, relative. Feature maps are compared at the
    places to which they should have moved.
    """
    network, X, y = trained(make, seed)
    depth = 1 + next(i for i, m in enumerate(network.modules) if isinstance(m, nn.ReLU))
    head = nn.Sequential(*network.modules[:depth])
    one, other = (head(images(Z)).numpy() for Z in (X, moved(X)))
    if one.ndim == 4:
        one, other = one[:, :, :, 1:-2], other[:, :, :, 2:-1]
    change = np.linalg.norm(other - one) / np.linalg.norm(one)
    return accuracy(network, X, y), accuracy(network, moved(X), y), float(change)
