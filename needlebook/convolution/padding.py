# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What stands outside of an image: padding as a product with two matrices."""

import numpy as np

from needlebook import Tensor

MODES = {"zero": "constant", "circular": "wrap", "reflect": "reflect", "mean": "mean"}


def padding_matrix(size, width, mode):
    """Return the matrix (size + 2 width, size) that pads an axis as `mode` says."""
    return np.pad(np.eye(size), ((width, width), (0, 0)), mode=MODES[mode])


def pad_image(x, width, mode="zero"):
    """Return the Tensor x (n, h, w, c) with `width` more pixels on each side.

    `mode`: zero, circular, reflect or mean (of the row, then of the column).
    """
    n, h, w, c = x.shape
    options = {"dtype": x.dtype, "requires_grad": False}
    rows = Tensor(padding_matrix(h, width, mode), **options)
    columns = Tensor(padding_matrix(w, width, mode), **options)
    x = (rows @ x.reshape((n, h, w * c))).reshape((n, h + 2 * width, w, c))
    return columns @ x
