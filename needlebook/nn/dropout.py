# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Dropout: a random part of the units, for the length of one forward pass."""

from .. import init
from ..errors import NeedlebookError
from .module import Module


class DropoutError(NeedlebookError, ValueError):
    """A probability of dropping that is not in [0, 1)."""


class Dropout(Module):
    """Zero each element with probability `p`, else divide it by 1 - p.

    In evaluation mode the identity. Each forward pass in training draws one mask of
    the input's shape. Raises DropoutError. Course homework 2.
    """

    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p < 1:
            raise DropoutError(
                f"Dropout: p is the probability of dropping, in [0, 1), got {p}"
            )
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        keep = 1 - self.p
        mask = init.randb(*x.shape, p=keep, device=x.device, dtype=x.dtype)
        return x * (mask / keep)
