# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The same convolution in several ways. x (n, h, w, c), W (k, k, c, o), no padding."""

import numpy as np

from needlebook.ops.windows import windows


def seven_loops(x, W):
    """Return the convolution of x with W, one multiplication at a time."""
    n, h, w, c = x.shape
    k, _, _, o = W.shape
    z = np.zeros((n, h - k + 1, w - k + 1, o), x.dtype)
    for image in range(n):
        for i in range(z.shape[1]):
            for j in range(z.shape[2]):
                for a in range(k):
                    for b in range(k):
                        for q in range(c):
                            for p in range(o):
                                z[image, i, j, p] += (
                                    x[image, i + a, j + b, q] * W[a, b, q, p]
                                )
    return z


def shifted_products(x, W):
    """Return the convolution as a sum of k * k matrix products on shifted views."""
    n, h, w, c = x.shape
    k, _, _, o = W.shape
    height, width = h - k + 1, w - k + 1
    z = np.zeros((n, height, width, o), x.dtype)
    for a in range(k):
        for b in range(k):
            z += x[:, a : a + height, b : b + width] @ W[a, b]
    return z


def im2col(x, kernel):
    """Return the matrix of windows (n h' w', kernel kernel c), pixels duplicated."""
    view = windows(x, (kernel, kernel))
    return view.reshape(-1, kernel * kernel * x.shape[-1])


def one_product(x, W):
    """Return the convolution as one matrix product with the windows of x."""
    n, h, w, _ = x.shape
    k, _, c, o = W.shape
    z = im2col(x, k) @ W.reshape(k * k * c, o)
    return z.reshape(n, h - k + 1, w - k + 1, o)


def fourier(x, W):
    """Return the convolution through the Fourier transform, circular and cut."""
    _, h, w, _ = x.shape
    k = W.shape[0]
    X = np.fft.rfft2(x, axes=(1, 2))
    F = np.fft.rfft2(W, s=(h, w), axes=(0, 1))
    Z = X[:, :, :, None] @ F.conj()[None]
    z = np.fft.irfft2(Z[:, :, :, 0], s=(h, w), axes=(1, 2))
    return z[:, : h - k + 1, : w - k + 1].astype(x.dtype)


def channel_pairs(x, W):
    """Return the convolution, one pair of an input and an output channel at a time."""
    n, h, w, c = x.shape
    k, _, _, o = W.shape
    height, width = h - k + 1, w - k + 1
    z = np.zeros((o, n, height, width), x.dtype)
    planes = np.ascontiguousarray(x.transpose(3, 0, 1, 2))
    for q in range(c):
        for p in range(o):
            for a in range(k):
                for b in range(k):
                    view = planes[q, :, a : a + height, b : b + width]
                    z[p] += W[a, b, q, p] * view
    return z.transpose(1, 2, 3, 0)


WAYS = (shifted_products, one_product, fourier, channel_pairs)
