# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Functions on arrays under the names that NumPy gives them."""

from builtins import sum as sum_of
from itertools import chain

from ..errors import OperandError, ShapeError
from . import ndarray
from .device import default_device
from .indexing import get_item, put_item, take_along_axis, where  # noqa: F401
from .interchange import from_dlpack  # noqa: F401
from .kernels import matmul  # noqa: F401
from .layout import normalized_axes, whole_numbers


def array(source, dtype="float32", device=None):
    """Return `source`, numbers in any form, as a new array of float32."""
    return (device or default_device()).array(source, dtype)


def empty(shape, dtype="float32", device=None):
    """Return an array of `shape` with contents not yet defined."""
    return (device or default_device()).empty(shape, dtype)


def full(shape, fill_value, dtype="float32", device=None):
    """Return an array of `shape` filled with a number."""
    return (device or default_device()).full(shape, fill_value, dtype)


def zeros(shape, dtype="float32", device=None):
    """Return an array of zeros."""
    return full(shape, 0.0, dtype, device)


def ones(shape, dtype="float32", device=None):
    """Return an array of ones."""
    return full(shape, 1.0, dtype, device)


def broadcast_to(a, shape):
    """Return a view of `shape` that repeats axes of size 1."""
    return a.broadcast_to(shape)


def reshape(a, shape):
    """Return the same elements, in order, as `shape`."""
    return a.reshape(shape)


def maximum(a, b):
    """Return the larger of each pair of elements, NaN where one of them is."""
    return (a if isinstance(a, ndarray.NDArray) else ndarray.constant(a, b)).maximum(b)


def log(a):
    """Return the natural logarithm of each element."""
    return a.log()


def exp(a):
    """Return the exponential of each element."""
    return a.exp()


def tanh(a):
    """Return the hyperbolic tangent of each element."""
    return a.tanh()


def sqrt(a):
    """Return the square root of each element."""
    return a.sqrt()


def sum(a, axis=None, keepdims=False):
    """Return sums over `axis`."""
    return a.sum(axis, keepdims)


def square(a):
    """Return each element times itself."""
    return a * a


def flip(a, axes):
    """Return a compact copy with the order along `axes` reversed."""
    axes = normalized_axes(axes, a.ndim, "flip")
    strides, offset = list(a.strides), a._offset
    for axis in axes:
        offset += max(a.shape[axis] - 1, 0) * strides[axis]
        strides[axis] = -strides[axis]
    return ndarray.view_of(a._handle, a._device, a.shape, tuple(strides), offset).copy()


def pad(a, axes):
    """Return `a` with zeros around it: `axes` holds (before, after) for each axis."""
    axes = [whole_numbers(pair, "pad") for pair in axes]
    if [len(pair) for pair in axes] != [2] * a.ndim or min(chain(*axes), default=0) < 0:
        raise OperandError(
            f"pad: wanted {a.ndim} pairs of widths, none negative, got {axes}"
        )
    shape = tuple(n + before + after for n, (before, after) in zip(a.shape, axes))
    out = zeros(shape, device=a._device)
    place = [slice(before, before + n) for n, (before, _) in zip(a.shape, axes)]
    out[tuple(place)] = a
    return out


def zeros_like(a):
    """Return zeros of the shape of `a`, on its device."""
    return zeros(a.shape, device=a._device)


def ones_like(a):
    """Return ones of the shape of `a`, on its device."""
    return ones(a.shape, device=a._device)


def some(arrays, name):
    """Return `arrays` as a list; OperandError if there is none."""
    arrays = list(arrays)
    if not arrays:
        raise OperandError(f"{name}: wanted one array at least, got none")
    return arrays


def concatenate(arrays, axis=0):
    """Return arrays of one shape, but for `axis`, one behind the other along it.

    Raises ShapeError for other shapes, OperandError for no array, DeviceError for two
    devices.
    """
    arrays = some(arrays, "concatenate")
    (axis,) = normalized_axes(axis, arrays[0].ndim, "concatenate")
    lengths = [array.shape[axis] for array in arrays]
    shape = list(arrays[0].shape)
    shape[axis] = sum_of(lengths)
    out, start = ndarray.new(tuple(shape), arrays[0].device), 0
    for array, length in zip(arrays, lengths):
        place = [slice(None)] * len(shape)
        place[axis] = slice(start, start + length)
        if array.ndim != len(shape) or out[tuple(place)].shape != array.shape:
            raise ShapeError(
                f"concatenate: shapes {[array.shape for array in arrays]} differ "
                f"elsewhere than on axis {axis}"
            )
        out[tuple(place)] = array
        start += length
    return out


def stack(arrays, axis=0):
    """Return arrays of one shape side by side along a new axis.

    Raises ShapeError for other shapes, OperandError for no array, DeviceError for two
    devices.
    """
    arrays = some(arrays, "stack")
    shapes = [array.shape for array in arrays]
    if len(set(shapes)) > 1:
        raise ShapeError(f"stack: shapes {shapes} differ")
    (axis,) = normalized_axes(axis, arrays[0].ndim + 1, "stack")
    wider = [
        array.reshape((*array.shape[:axis], 1, *array.shape[axis:])) for array in arrays
    ]
    return concatenate(wider, axis)
