# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Losses: modules that return a Tensor of rank 0."""

import numpy as np

from .. import ops
from ..autograd import Tensor
from ..errors import NeedlebookError, ShapeError
from .module import Module


class SoftmaxLoss(Module):
    """Mean of log sum exp z - z_y over the rows of logits (m, k), y (m,) classes.

    Raises ClassIndexError where y holds no class. Course homework 2.
    """

    def forward(self, logits, y):
        classes = y.numpy() if isinstance(y, Tensor) else np.asarray(y)
        check_classes(classes, *logits.shape)
        return ops.softmax_cross_entropy(logits, classes)


class ClassIndexError(NeedlebookError, IndexError):
    """A label that is no class index."""


def check_classes(y, m, k):
    """Raise ClassIndexError unless y holds m whole numbers from 0 to k - 1."""
    if y.shape != (m,):
        raise ShapeError(
            f"SoftmaxLoss: {m} rows of logits want {m} class indices, got {y.shape}"
        )
    wrong = ~((y >= 0) & (y < k))
    if y.dtype.kind not in "iu":
        wrong |= y != np.floor(y)
    if wrong.any():
        row = int(wrong.argmax())
        raise ClassIndexError(
            f"SoftmaxLoss: row {row} has class {y[row]}, wanted a whole number from 0 "
            f"to {k - 1}; {int(wrong.sum())} of {m} rows are wrong"
        )


class L2Loss(Module):
    """Mean over the rows of |output - target|^2, both (m, n)."""

    def forward(self, outputs, targets):
        if outputs.shape != targets.shape:
            raise ShapeError(
                f"L2Loss: outputs {outputs.shape} and targets {targets.shape} differ"
            )
        return ((outputs - targets) ** 2).sum() / outputs.shape[0]


class WeightedLoss(Module):
    """weights[0] * losses[0] + weights[1] * losses[1] + ...

    Takes a sequence of outputs, then one target for each; weights are 1 unless given.
    """

    def __init__(self, losses, weights=None):
        super().__init__()
        self.losses = list(losses)
        self.weights = [1.0] * len(self.losses) if weights is None else list(weights)
        if len(self.weights) != len(self.losses):
            raise ShapeError(
                f"WeightedLoss: {len(self.losses)} losses want as many weights, "
                f"got {len(self.weights)}"
            )

    def parts(self, outputs, *targets):
        """Return each loss without its weight."""
        if not len(outputs) == len(targets) == len(self.losses):
            raise ShapeError(
                f"WeightedLoss: {len(self.losses)} losses, {len(outputs)} outputs and "
                f"{len(targets)} targets do not fit"
            )
        return [f(o, t) for f, o, t in zip(self.losses, outputs, targets)]

    def forward(self, outputs, *targets):
        first, *others = zip(self.weights, self.parts(outputs, *targets))
        total = first[0] * first[1]
        for weight, loss in others:
            total = total + weight * loss
        return total
