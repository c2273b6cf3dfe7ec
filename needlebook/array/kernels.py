# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Which kernel fits the operands: compact arrays, views, numbers."""

from math import prod
from numbers import Real

import numpy as np

from ..errors import ShapeError
from . import ndarray
from .layout import (
    broadcast_strides,
    common_shape,
    normalized_axes,
    remembered,
    same_device,
)


def on_views(kernel, a, b, name):
    """Return the result of a kernel on two arrays of any strides that broadcast."""
    shape = common_shape(a._shape, b._shape, name)
    out = ndarray.new(shape, a._device)
    kernel(
        a._handle,
        broadcast_strides(a._shape, a._strides, shape, name),
        a._offset,
        b._handle,
        broadcast_strides(b._shape, b._strides, shape, name),
        b._offset,
        out._handle,
        shape,
    )
    return out


def binary(name):
    """Make the method for an operation on two arrays, or an array and a number."""
    ewise, scalar, view = f"ewise_{name}", f"scalar_{name}", f"view_{name}"

    def method(self, other):
        mod = self._device.mod
        if type(other) is ndarray.NDArray:
            if self._device is not other._device:
                same_device(self, other, name)
            if self._whole and other._whole and self._shape == other._shape:
                out = ndarray.new_like(self)
                getattr(mod, ewise)(self._handle, other._handle, out._handle)
                return out
            return on_views(getattr(mod, view), self, other, name)
        if isinstance(other, (Real, np.bool_)):
            one = self if self._whole else self.copy()
            out = ndarray.new_like(one)
            getattr(mod, scalar)(one._handle, other, out._handle)
            return out
        if name == "maximum" or isinstance(other, (np.ndarray, list)):
            return method(self, ndarray.constant(other, self))
        return NotImplemented

    return method


def unary(name):
    """Make the method for an operation on one array."""
    kernel = f"ewise_{name}"

    def method(self):
        one = self if self._whole else self.copy()
        out = ndarray.new_like(one)
        getattr(self._device.mod, kernel)(one._handle, out._handle)
        return out

    return method


@remembered
def folded(shape, axes, keepdims):
    """Return what a reduction over `axes` makes: (shape, size, around).

    `size`: how many elements become one. `around`: how many lie outside and inside
    of them, (outer, inner), where the axes are neighbours; else None.
    """
    kept = tuple(1 if i in axes else size for i, size in enumerate(shape))
    left = tuple(size for i, size in enumerate(shape) if i not in axes)
    first, end = (min(axes), max(axes) + 1) if axes else (0, 0)
    around = prod(shape[:first]), prod(shape[end:])
    size = prod(shape[i] for i in axes)
    if end - first != len(axes):
        around = None
    return kept if keepdims else left, size, around


def reduction(name):
    """Make the method that reduces over `axis`: None for all, a number or a tuple.

    Without `keepdims` the axes disappear; a reduction over all of them that names none
    has shape (1,).
    """
    last, middle = f"reduce_{name}", f"reduce_{name}_axis"

    def method(self, axis=None, keepdims=False):
        axes = normalized_axes(axis, len(self._shape), name)
        shape, size, around = folded(self._shape, axes, keepdims)
        if axis is None and not keepdims:
            shape = (1,)
        out = ndarray.new(shape, self._device)
        if size == 0:
            if name != "sum" and 0 not in shape:
                raise ShapeError(
                    f"{name}: an array of shape {self._shape} has no element along "
                    f"axes {axes}"
                )
            out.fill(0.0)
        elif 0 in shape:
            pass
        elif self._whole and around is not None:
            outer, inner = around
            kernel = getattr(self._device.mod, middle)
            kernel(self._handle, out._handle, outer, size, inner)
        else:
            left = [i for i in range(self.ndim) if i not in axes]
            ordered = self.permute((*left, *axes)).compact()
            getattr(self._device.mod, last)(ordered._handle, out._handle, size)
        return out

    return method


def matmul(a, b):
    """Matrix product over the last two axes; the axes before them broadcast.

    A vector stands for a matrix of one row (left) or one column (right), as in NumPy.
    """
    if not isinstance(b, ndarray.NDArray):
        b = ndarray.constant(b, a)
    same_device(a, b, "matmul")
    if not a._shape or not b._shape:
        raise ShapeError(
            f"matmul: cannot multiply {a._shape} by {b._shape}: "
            "a single number is no matrix"
        )
    one = a if a.ndim > 1 else a.reshape((1, *a._shape))
    two = b if b.ndim > 1 else b.reshape((*b._shape, 1))
    m, n, p = one._shape[-2], one._shape[-1], two._shape[-1]
    if n != two._shape[-2]:
        raise ShapeError(
            f"matmul: cannot multiply {a._shape} by {b._shape}: "
            f"inner sizes {n} and {two._shape[-2]} differ"
        )
    batch = common_shape(one._shape[:-2], two._shape[:-2], "matmul")
    out = ndarray.new((*batch, m, p), a._device)
    if batch:
        multiply_views(stack_of(one, batch), stack_of(two, batch), out)
    elif one._whole and two._whole:
        a._device.mod.matmul(one._handle, two._handle, out._handle, m, n, p)
    else:
        multiply_views(one, two, out)
    if a.ndim == 1 or b.ndim == 1:
        rows = () if a.ndim == 1 else (m,)
        columns = () if b.ndim == 1 else (p,)
        return out.reshape((*batch, *rows, *columns))
    return out


def stack_of(array, batch):
    """Return `array` as a view with one axis before the matrix, a copy if need be."""
    matrix = array._shape[-2:]
    whole = array.broadcast_to((*batch, *matrix))
    return whole.reshape((prod(batch), *matrix))


def multiply_views(one, two, out):
    """Write the products of two stacks of matrices to `out`; a matrix is a stack of 1.

    The stacks are views of three axes, and equally many matrices.
    """
    one._device.mod.matmul_views(
        one._handle,
        (0, *one._strides)[-3:],
        one._offset,
        two._handle,
        (0, *two._strides)[-3:],
        two._offset,
        out._handle,
        *(1, *one._shape)[-3:],
        two._shape[-1],
    )
