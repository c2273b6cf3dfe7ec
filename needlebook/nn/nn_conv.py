# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The convolutional modules under the course's path."""

from .convolution import BatchNorm2d, Conv

__all__ = ["BatchNorm2d", "Conv"]
