# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Test error with and without augmentation, by size of the training set (L7.33)."""

import numpy as np

from needlebook import nn, optim
from needlebook.data import (
    DataLoader,
    Digits,
    NDArrayDataset,
    RandomCrop,
    RandomFlipHorizontal,
)
from needlebook.training.evaluation import error_rate, evaluate

PIPELINES = {"none": [], "crop": [RandomCrop(1)], "mirror": [RandomFlipHorizontal()]}
SIZES = (50, 200, 1200)


def mlp(width):
    """Flatten, one hidden layer, ten logits, for images (8, 8, 1)."""
    layers = nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 10)
    return nn.Sequential(nn.Flatten(), *layers)


def one_lower(images):
    """Each image (m, height, width, channels) moved down by one pixel."""
    moved = np.zeros_like(images)
    moved[:, 1:] = images[:, :-1]
    return moved


def test_errors(pipeline, size, seed, steps=200, batch=32, width=128):
    """Train on `size` digits through PIPELINES[pipeline].

    Returns the share of wrong digits on the test set, and on it one pixel lower.
    """
    np.random.seed(seed)
    model, loss, made = mlp(width), nn.SoftmaxLoss(), 0
    optimizer = optim.Adam(model.parameters(), lr=0.005)
    train = Digits(transforms=PIPELINES[pipeline], size=size, seed=seed)
    loader = DataLoader(train, batch, shuffle=True, seed=seed)
    while made < steps:
        for x, y in loader:
            loss(model(x), y).backward()
            optimizer.step()
            made += 1
    test = Digits(train=False, size=1200, seed=seed)
    ends = test, NDArrayDataset(one_lower(test.images), test.labels)
    return [
        evaluate(model.eval(), loss, DataLoader(end, 600), {"error": error_rate})[
            "error"
        ]
        for end in ends
    ]
