# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The residual MLP of course homework 2, and passes over a data set."""

import numpy as np

from .. import nn


def ResidualBlock(dim, hidden_dim, norm=nn.BatchNorm1d, drop_prob=0.1):
    """Return ReLU(x + fn(x)), where fn goes from `dim` to `hidden_dim` units and back.

    `norm`: function of a width that returns a Module. Course homework 2.
    """
    fn = nn.Sequential(
        nn.Linear(dim, hidden_dim),
        norm(hidden_dim),
        nn.ReLU(),
        nn.Dropout(drop_prob),
        nn.Linear(hidden_dim, dim),
        norm(dim),
    )
    return nn.Sequential(nn.Residual(fn), nn.ReLU())


def MLPResNet(
    dim,
    hidden_dim=100,
    num_blocks=3,
    num_classes=10,
    norm=nn.BatchNorm1d,
    drop_prob=0.1,
):
    """Return a network for x (m, ...) with `dim` features, logits (m, num_classes)."""
    first = nn.Linear(dim, hidden_dim)
    blocks = [
        ResidualBlock(hidden_dim, hidden_dim // 2, norm, drop_prob)
        for _ in range(num_blocks)
    ]
    last = nn.Linear(hidden_dim, num_classes)
    return nn.Sequential(nn.Flatten(), first, nn.ReLU(), *blocks, last)


def epoch(dataloader, model, opt=None):
    """Return (error rate, mean loss) of one pass; with `opt`, train on the way.

    `dataloader` yields (X, y) as Tensors. Batches count by their size. Course
    homework 2.
    """
    model.train() if opt else model.eval()
    wrong = loss_sum = count = 0
    for X, y in dataloader:
        logits = model(X)
        loss = nn.SoftmaxLoss()(logits, y)
        if opt:
            opt.reset_grad()
            loss.backward()
            opt.step()
        m = len(y.numpy())
        wrong += np.sum(logits.numpy().argmax(axis=1) != y.numpy())
        loss_sum += m * loss.numpy().item()
        count += m
    return wrong / count, loss_sum / count
