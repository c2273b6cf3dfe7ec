# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Elements handed to NumPy, PyTorch and others, and taken from them."""

import numpy as np

from ..errors import OperandError
from . import ndarray
from .layout import extent, overlaps_itself


class Interchange:
    """What other libraries ask of an array. No method copies unless it says so."""

    __slots__ = ()

    def numpy(self):
        """Return the elements in a new NumPy array."""
        return self._device.mod.to_numpy(
            self._handle, self._shape, self._strides, self._offset
        )

    @property
    def __array_interface__(self):
        if not getattr(self._device.mod, "__host__", False):
            raise AttributeError(f"elements on {self._device} are not in host memory")
        return {
            "version": 3,
            "typestr": np.dtype(np.float32).str,
            "shape": self._shape,
            "strides": tuple(4 * stride for stride in self._strides),
            "data": (
                self._handle.ptr() + 4 * self._offset,
                overlaps_itself(self._shape, self._strides),
            ),
        }

    def __array__(self, dtype=None, copy=None):
        host = getattr(self._device.mod, "__host__", False)
        if copy is False and not (host and dtype in (None, np.float32)):
            raise ValueError("array: these elements need a copy to become this array")
        view = np.asarray(Memory(self)) if host and not copy else self.numpy()
        return view if dtype is None else view.astype(dtype, copy=False)

    def __dlpack__(self, **options):
        return np.asarray(self).__dlpack__(**options)

    def __dlpack_device__(self):
        return np.asarray(self).__dlpack_device__()

    def __reduce__(self):
        return type(self), (self.numpy(), self._device)


class Memory:
    """The interface of an array alone, for what must not ask the array itself."""

    def __init__(self, array):
        self.array, self.__array_interface__ = array, array.__array_interface__


def as_float32(source):
    """Return a list, number or NumPy array as a compact NumPy array of float32.

    Integers, booleans and other floating types are rounded to the nearest float32.
    Raises OperandError for anything else: complex numbers, text, objects.
    """
    try:
        array = np.asarray(source)
    except ValueError as error:
        raise OperandError(f"array: {error}") from None
    if array.dtype.kind not in "fiub":
        raise OperandError(
            f"array: wanted real numbers, got {array.dtype}; convert them first"
        )
    return np.ascontiguousarray(array, dtype=np.float32).reshape(array.shape)


def from_dlpack(source, device=None):
    """Return an array on the memory of `source`, which another library made.

    It is shared where it can be: float32, writable and aligned, in the memory of the
    host, and a device that takes memory from others. Else it is copied.
    """
    array = source if isinstance(source, np.ndarray) else np.from_dlpack(source)
    device = device or ndarray.devices.default_device()
    mod = device.mod
    steps = [s if n > 1 else 0 for n, s in zip(array.shape, array.strides)]
    flags, whole = array.flags, not any(step % 4 for step in steps)
    fits = array.dtype == np.float32 and flags.writeable and flags.aligned
    if not (fits and whole and array.size and getattr(mod, "__host__", False)):
        return ndarray.NDArray(array, device=device)
    strides = tuple(step // 4 for step in steps)
    low, high = extent(array.shape, strides)
    ends = [slice(-1, None) if s < 0 else slice(0, 1) for s in strides]
    first = array[(*ends, ...)]
    flat = np.lib.stride_tricks.as_strided(first, (high - low + 1,), (4,))
    handle = mod.Array(flat.size, flat)
    return ndarray.NDArray.make(array.shape, strides, device, handle, -low)
