# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What the graph of a convolution keeps: one operation or many (L10.16, L10.27)."""

import numpy as np

from needlebook import Tensor, ops
from needlebook.autograd import find_topo_sort
from needlebook.ops.ops_pixels import pad_pixels


def composed(x, w, columns=False):
    """Return the convolution of Tensors, recorded in its steps.

    With `columns`, the windows stand side by side in one recorded matrix, as im2col
    outside of the operation would have it.
    """
    k, _, c, o = w.shape
    n, height, width = x.shape[0], x.shape[1] - k + 1, x.shape[2] - k + 1
    views = []
    for a in range(k):
        for b in range(k):
            cut = pad_pixels(x, (-a, -b), (a + 1 - k, b + 1 - k))
            views.append(cut.reshape((n * height * width, c)))
    if columns:
        both = ops.stack(views, 1).reshape((n * height * width, k * k * c))
        z = both @ w.reshape((k * k * c, o))
    else:
        taps = list(ops.split(w.reshape((k * k, c, o)), 0))
        products = [view @ tap for view, tap in zip(views, taps, strict=True)]
        z = sum(products[1:], start=products[0])
    return z.reshape((n, height, width, o))


def atomic(x, w):
    """Return the convolution of Tensors as one operation."""
    return ops.conv(x, w, padding=0)


def kept(function, seed=0):
    """Return (operations, bytes of their buffers) that the result keeps alive."""
    rng = np.random.default_rng(seed)
    x = Tensor(rng.normal(size=(4, 18, 18, 8)))
    w = Tensor(rng.normal(size=(3, 3, 8, 16)))
    nodes = [v for v in find_topo_sort([function(x, w)]) if v.op is not None]
    buffers = {}
    for node in nodes:
        data = node.cached_data
        for array in data if type(data) is tuple else (data,):
            whole = array if array.base is None else array.base
            buffers[id(whole)] = whole.nbytes
    inputs = [v.cached_data for v in (x, w)]
    for array in inputs:
        buffers.pop(id(array if array.base is None else array.base), None)
    return len(nodes), sum(buffers.values())
