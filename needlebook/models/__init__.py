# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Networks that are put together from the library's modules."""

from .mlp_resnet import MLPResNet, ResidualBlock, epoch
