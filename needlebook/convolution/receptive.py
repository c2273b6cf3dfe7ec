# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Receptive fields of stacks of layers (kernel, stride, dilation)."""

import numpy as np

from needlebook import Tensor, ops


def by_formula(layers):
    """Return on how many pixels of an axis an output of `layers` depends."""
    field, step = 1, 1
    for kernel, stride, dilation in layers:
        field += (kernel - 1) * dilation * step
        step *= stride
    return field


def gradient_image(layers, size, seed=0):
    """Return the gradient of one output by a size x size image, absolute values."""
    rng = np.random.default_rng(seed)
    x = Tensor(rng.normal(size=(1, size, size, 1)))
    z = x
    for kernel, stride, dilation in layers:
        w = Tensor(rng.uniform(0.5, 1.5, size=(kernel, kernel, 1, 1)))
        z = ops.conv(z, w, stride, 0, dilation)
    adjoint = np.zeros(z.shape)
    adjoint[0, z.shape[1] // 2, z.shape[2] // 2, 0] = 1
    z.backward(Tensor(adjoint))
    return abs(x.grad.numpy()[0, :, :, 0])


def by_gradient(layers, size=40):
    """Return the extent of the pixels with a gradient, and how many there are."""
    image = gradient_image(layers, size)
    touched = np.flatnonzero(image.any(axis=0))
    return int(touched[-1] - touched[0] + 1), int(np.count_nonzero(image))
