# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The residual network of nine layers for images (n, 3, 32, 32)."""

from . import nn
from .nn import ConvBN


class ResNet9(nn.Sequential):
    """Logits (n, 10) of images (n, 3, 32, 32); 431,946 parameters. Homework 4."""

    def __init__(self, device=None, dtype="float32"):
        options = {"device": device, "dtype": dtype}

        def block(c):
            twice = [ConvBN(c, c, 3, 1, **options) for _ in range(2)]
            return nn.Residual(nn.Sequential(*twice))

        super().__init__(
            ConvBN(3, 16, 7, 4, **options),
            ConvBN(16, 32, 3, 2, **options),
            block(32),
            ConvBN(32, 64, 3, 2, **options),
            ConvBN(64, 128, 3, 2, **options),
            block(128),
            nn.Flatten(),
            nn.Linear(128, 128, **options),
            nn.ReLU(),
            nn.Linear(128, 10, **options),
        )
