# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A grouped convolution as an ungrouped one with block-diagonal matrices."""

import numpy as np


def block_diagonal(W, groups):
    """Return filters (k, k, c, o) with zeros outside the blocks of W (k, k, c/g, o)."""
    kh, kw, c, o = W.shape
    full = np.zeros((kh, kw, c * groups, o), W.dtype)
    per = o // groups
    for g in range(groups):
        outs = slice(g * per, (g + 1) * per)
        full[:, :, g * c : (g + 1) * c, outs] = W[:, :, :, outs]
    return full
