# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The MLP-ResNet of homework 2 on the digits, and on MNIST where the files are."""

import numpy as np

from needlebook import optim
from needlebook.data import DataLoader
from needlebook.data.datasets import NDArrayDataset
from needlebook.experiments.course_training import digits_in_order, mnist_nine_to_one
from needlebook.models import MLPResNet, epoch


def train_resnet(X, y, X_test, y_test, epochs, seed=0, hidden=100):
    """Train with Adam; return (epochs, 2): error while training, test error."""
    np.random.seed(seed)
    train = DataLoader(NDArrayDataset(X, y), batch_size=100, shuffle=True)
    test = DataLoader(NDArrayDataset(X_test, y_test), batch_size=100)
    model = MLPResNet(X.shape[1], hidden_dim=hidden)
    opt = optim.Adam(model.parameters(), lr=0.001, weight_decay=0.001)
    return np.array(
        [(epoch(train, model, opt)[0], epoch(test, model)[0]) for _ in range(epochs)]
    )


def on_digits(seed=0, epochs=10):
    """Return `train_resnet` on 1,500 digits of 8 x 8 pixels, tested on the others."""
    return train_resnet(*digits_in_order(seed), epochs, seed)


def on_mnist(seed=0, epochs=10):
    """Return `train_resnet` on 9,000 of MNIST's test images, or None without them."""
    found = mnist_nine_to_one(seed)
    return found and train_resnet(*found, epochs, seed)
