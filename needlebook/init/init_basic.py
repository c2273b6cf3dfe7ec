# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Tensors made from a shape: constants and random draws.

`shape` is given as separate numbers. `requires_grad` is False unless asked for.
"""

from ..autograd import Tensor
from ..backend_selection import default_device


def rand(*shape, low=0.0, high=1.0, device=None, dtype="float32", requires_grad=False):
    """Return uniform draws from [low, high)."""
    device = device or default_device()
    array = device.rand(*shape) * (high - low) + low
    return Tensor(array, device=device, dtype=dtype, requires_grad=requires_grad)


def randn(*shape, mean=0.0, std=1.0, device=None, dtype="float32", requires_grad=False):
    """Return normal draws with the given mean and standard deviation."""
    device = device or default_device()
    array = device.randn(*shape) * std + mean
    return Tensor(array, device=device, dtype=dtype, requires_grad=requires_grad)


def randb(*shape, p=0.5, device=None, dtype="bool", requires_grad=False):
    """Return True with probability `p`, else False."""
    device = device or default_device()
    array = device.rand(*shape) <= p
    return Tensor(array, device=device, dtype=dtype, requires_grad=requires_grad)


def constant(*shape, c=1.0, device=None, dtype="float32", requires_grad=False):
    """Return a Tensor filled with `c`."""
    device = device or default_device()
    array = device.full(shape, c, dtype=dtype)
    return Tensor(array, device=device, dtype=dtype, requires_grad=requires_grad)


def ones(*shape, device=None, dtype="float32", requires_grad=False):
    """Return a Tensor of ones."""
    return constant(
        *shape, c=1.0, device=device, dtype=dtype, requires_grad=requires_grad
    )


def zeros(*shape, device=None, dtype="float32", requires_grad=False):
    """Return a Tensor of zeros."""
    return constant(
        *shape, c=0.0, device=device, dtype=dtype, requires_grad=requires_grad
    )


def one_hot(n, i, device=None, dtype="float32", requires_grad=False):
    """Return for each index in the Tensor `i` a row of `n` numbers: 1 there, else 0."""
    device = device or default_device()
    array = device.one_hot(n, i.numpy().astype("int32"), dtype)
    return Tensor(array, device=device, dtype=dtype, requires_grad=requires_grad)


def zeros_like(array, *, device=None, requires_grad=False):
    """Return zeros with shape, dtype and device of the Tensor `array`."""
    return zeros(
        *array.shape,
        dtype=array.dtype,
        device=device or array.device,
        requires_grad=requires_grad,
    )


def ones_like(array, *, device=None, requires_grad=False):
    """Return ones with shape, dtype and device of the Tensor `array`."""
    return ones(
        *array.shape,
        dtype=array.dtype,
        device=device or array.device,
        requires_grad=requires_grad,
    )
