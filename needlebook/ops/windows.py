# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Windows of images as a view."""

import numpy as np
from numpy.lib.stride_tricks import as_strided


def out_size(size, kernel, stride=1, dilation=1):
    """Return how many windows of `kernel` taps fit on an axis of `size` pixels."""
    return (size - (kernel - 1) * dilation - 1) // stride + 1


def windows(a, kernel, stride=1, dilation=1):
    """Return the windows of images `a` (n, h, w, c), a view (n, h', w', kh, kw, c).

    `kernel`: (kh, kw). `stride`: pixels between windows; `dilation`: between taps.
    Windows overlap in memory: read them only.
    """
    n, h, w, c = a.shape
    image, row, column, channel = a.strides
    height = out_size(h, kernel[0], stride, dilation)
    width = out_size(w, kernel[1], stride, dilation)
    shape = (n, height, width, *kernel, c)
    between = row * stride, column * stride
    within = row * dilation, column * dilation
    strides = (image, *between, *within, channel)
    if isinstance(a, np.ndarray):
        return as_strided(a, shape, strides, writeable=False)
    return a.as_strided(shape, strides)
