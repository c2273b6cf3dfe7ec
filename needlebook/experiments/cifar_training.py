# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Train ResNet9 on CIFAR-10, where its batches lie in a folder (L10.K3)."""

import pickle
import sys
from pathlib import Path

import numpy as np

from needlebook import Tensor, nn, optim
from needlebook.resnet9 import ResNet9


def read(folder, names):
    """Return images (m, 3, 32, 32) in [0, 1], float32, and labels (m,)."""
    X, y = [], []
    for name in names:
        path = Path(folder) / name
        if not path.exists():
            raise FileNotFoundError(
                f"cifar: {path} is missing; give the folder cifar-10-batches-py"
            )
        with path.open("rb") as file:
            batch = pickle.load(file, encoding="bytes")
        X.append(np.asarray(batch[b"data"], "float32").reshape(-1, 3, 32, 32) / 255)
        y.append(np.asarray(batch[b"labels"]))
    return np.concatenate(X), np.concatenate(y)


def run(network, X, y, optimizer=None, batch=128, order=None):
    """Run over (X, y) once, training if there is an optimizer; return accuracy."""
    network.train() if optimizer else network.eval()
    loss, right = nn.SoftmaxLoss(), 0
    order = np.arange(len(X)) if order is None else order
    for start in range(0, len(X), batch):
        chosen = order[start : start + batch]
        logits = network(Tensor(X[chosen], requires_grad=False))
        right += int(np.sum(logits.numpy().argmax(axis=1) == y[chosen]))
        if optimizer:
            optimizer.reset_grad()
            loss(logits, Tensor(y[chosen], requires_grad=False)).backward()
            optimizer.step()
    return right / len(X)


def main(folder, epochs=10):
    train = read(folder, [f"data_batch_{i}" for i in range(1, 6)])
    test = read(folder, ["test_batch"])
    network, rng = ResNet9(), np.random.default_rng(0)
    optimizer = optim.Adam(network.parameters(), lr=0.001, weight_decay=0.001)
    for epoch in range(epochs):
        order = rng.permutation(len(train[0]))
        seen = run(network, *train, optimizer, order=order)
        print(f"epoch {epoch}: {seen:.3f} in training, {run(network, *test):.3f} test")


if __name__ == "__main__":
    main(sys.argv[1])
