# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Indexing as users of NumPy expect it: integers drop axes, arrays pick elements."""

from math import prod
from operator import index as whole

import numpy as np

from ..errors import AxisError, OperandError
from . import ndarray
from .layout import common_shape, same_device, steps_of


def is_basic(index):
    """Whether an index is made of integers, slices, None and Ellipsis: a view."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None
        or part is Ellipsis
        or isinstance(part, (slice, np.integer))
        or (isinstance(part, int) and not isinstance(part, bool))
        for part in parts
    )


def get_item(a, index):
    """Return `a[index]` with NumPy's meaning: a view where it can be one."""
    if not isinstance(a, ndarray.NDArray):
        return np.asarray(a[index])
    if is_basic(index):
        return basic_view(a, index)
    places = places_of(a.shape, index)
    out = ndarray.new(places.shape, a.device)
    kernel(a.device, "take")(a.compact()._handle, places.ravel(), out._handle)
    return out


def basic_view(a, index):
    """Return the view that integers, slices, None and Ellipsis name."""
    parts = list(index) if isinstance(index, tuple) else [index]
    named = sum(part is not None and part is not Ellipsis for part in parts)
    if named > a.ndim or sum(part is Ellipsis for part in parts) > 1:
        raise AxisError(f"index: {index} does not fit an array of shape {a.shape}")
    if Ellipsis not in [part if part is Ellipsis else None for part in parts]:
        parts.append(Ellipsis)
    shape, strides, offset, axis = [], [], a._offset, 0
    for part in parts:
        if part is Ellipsis:
            rest = slice(axis, axis + a.ndim - named)
            shape += a.shape[rest]
            strides += a.strides[rest]
            axis = rest.stop
        elif part is None:
            shape.append(1)
            strides.append(0)
        else:
            size, stride = a.shape[axis], a.strides[axis]
            if isinstance(part, slice):
                start, step, length = steps_of(part, size)
                shape.append(length)
                strides.append(step * stride)
                offset += start * stride if length else 0
            else:
                place = whole(part)
                if not -size <= place < size:
                    raise AxisError(
                        f"index: {place} is out of range for axis {axis} of shape "
                        f"{a.shape}"
                    )
                offset += place % size * stride
            axis += 1
    return ndarray.view_of(a._handle, a.device, tuple(shape), tuple(strides), offset)


def places_of(shape, index):
    """Return the places, in a compact array of `shape`, of the elements at `index`."""
    try:
        rows = None if isinstance(index, tuple) else np.asarray(index)
        if len(shape) > 1 and rows is not None and rows.dtype.kind in "iu":
            width = prod(shape[1:])
            places = np.add.outer(np.arange(shape[0])[rows] * width, np.arange(width))
            return places.reshape(*rows.shape, *shape[1:])
        return np.arange(prod(shape)).reshape(shape)[index]
    except (IndexError, ValueError) as error:
        raise AxisError(f"index: shape {shape}: {error}") from None


def put_item(a, index, shape):
    """Return zeros of `shape` with `a` added in at `index`: the adjoint of `get_item`.

    An element that the index names several times gets the sum.
    """
    if not isinstance(a, ndarray.NDArray):
        out = np.zeros(shape, a.dtype)
        np.add.at(out, index, a)
        return out
    out = a.device.full(shape, 0.0)
    if is_basic(index):
        basic_view(out, index).fill(a)
    else:
        places = places_of(shape, index).ravel()
        kernel(a.device, "put_add")(a.compact()._handle, places, out._handle)
    return out


def kernel(device, name):
    """Return a kernel of the device, or the reference through the host's memory."""
    found = getattr(device.mod, name, None)
    return found or through_host(device, getattr(ndarray.devices.backend_numpy, name))


def through_host(device, reference):
    """Make a kernel of the NumPy reference work on buffers of another device."""
    mod, borrowed = device.mod, ndarray.devices.backend_numpy.Array
    here = getattr(mod, "__host__", False)

    def on_host(buffer):
        whole = ndarray.view_of(buffer, device, (buffer.size,), (1,), 0)
        return borrowed(buffer.size, np.asarray(whole) if here else whole.numpy())

    def work(*operands):
        hosts = [x if isinstance(x, np.ndarray) else on_host(x) for x in operands]
        reference(*hosts)
        if not here:
            mod.from_numpy(hosts[-1].array, operands[-1])

    return work


def where(condition, a, b):
    """Return elements of `a` where `condition` is not 0, else of `b`; all broadcast.

    One of the three must be an NDArray, the others may be numbers or what NumPy takes.
    Raises OperandError, ShapeError, DeviceError.
    """
    given = condition, a, b
    like = next((x for x in given if isinstance(x, ndarray.NDArray)), None)
    if like is None:
        raise OperandError("where: none of the three is an NDArray; use numpy.where")
    arrays = [
        x if isinstance(x, ndarray.NDArray) else ndarray.constant(x, like)
        for x in given
    ]
    shape = ()
    for array in arrays:
        same_device(like, array, "where")
        shape = common_shape(shape, array.shape, "where")
    arrays = [array.broadcast_to(shape).compact() for array in arrays]
    out = ndarray.new(shape, like.device)
    kernel(like.device, "where")(*[x._handle for x in arrays], out._handle)
    return out


def take_along_axis(a, indices, axis):
    """Return elements of `a` at integer `indices` along `axis`, as NumPy's does.

    Raises AxisError for a place or an axis that is not there, or is no integer.
    """
    indices = np.asarray(indices)
    places = np.arange(prod(a.shape)).reshape(a.shape)
    try:
        found = np.take_along_axis(places, indices, axis)
    except (IndexError, ValueError) as error:
        raise AxisError(f"take_along_axis: shape {a.shape}: {error}") from None
    out = ndarray.new(found.shape, a.device)
    kernel(a.device, "take")(a.compact()._handle, found.ravel(), out._handle)
    return out
