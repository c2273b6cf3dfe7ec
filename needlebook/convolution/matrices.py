# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A convolution of one channel as a matrix, by its image and by its filter."""

import numpy as np

from .ways import im2col, shifted_products


def banded(W, size):
    """Return the matrix of the convolution of size x size images with W (k, k)."""
    units = np.eye(size * size).reshape(-1, size, size, 1)
    images = shifted_products(units, W[:, :, None, None])
    return images.reshape(size * size, -1).T


def density(matrix):
    """Return the share of entries that are not 0."""
    return np.count_nonzero(matrix) / matrix.size


def by_filter(x, kernel):
    """Return the matrix of the convolution of x (h, w) by its filter: im2col."""
    return im2col(x[None, :, :, None], kernel)
