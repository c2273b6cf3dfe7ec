# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A strided array of float32: a flat buffer, and how to walk over it."""

from math import prod
from numbers import Real

import numpy as np

from ..errors import AllocationError, AxisError, OperandError, ShapeError
from . import device as devices
from . import functions
from .interchange import Interchange, as_float32
from .kernels import binary, matmul, reduction, unary
from .layout import (
    LARGEST,
    as_slice,
    broadcast_strides,
    check_reach,
    checked_shape,
    compact_strides,
    inferred,
    is_compact,
    normalized_axes,
    overlaps_itself,
    same_device,
    steps_of,
    view_strides,
    whole_numbers,
)

NEW = object.__new__
FLOAT32 = np.dtype("float32")


class NDArray(Interchange):
    """Element (i, j, ...) is buffer[offset + i * strides[0] + j * strides[1] + ...].

    `other`: NDArray, NumPy array, list or number; it is copied, as float32, to `device`
    (default: that of `other`, else the default device).
    """

    __slots__ = (
        "__weakref__",
        "_device",
        "_handle",
        "_offset",
        "_shape",
        "_strides",
        "_whole",
    )
    __array_ufunc__ = None
    __hash__ = object.__hash__

    def __init__(self, other, device=None):
        if isinstance(other, NDArray):
            device = device or other._device
            made = other.copy() if device == other._device else None
            other = other if made is not None else other.numpy()
        else:
            made = None
        if made is None:
            array = as_float32(other)
            made = new(array.shape, device or devices.default_device())
            made._device.from_numpy(array, made._handle)
        self._shape, self._strides, self._offset = made._shape, made._strides, 0
        self._device, self._handle, self._whole = made._device, made._handle, True

    @staticmethod
    def make(shape, strides=None, device=None, handle=None, offset=0):
        """Return a view of `handle`, or of a new buffer; ShapeError if it reaches out.

        `strides`, `offset`: in elements; those of a compact array if not given.
        """
        shape = checked_shape(shape, "make")
        device = device or devices.default_device()
        if handle is None:
            handle = new(shape, device)._handle
        if strides is None:
            strides = compact_strides(shape)
        strides = whole_numbers(strides, "make")
        check_reach(shape, strides, offset, handle.size, "make")
        return view_of(handle, device, shape, strides, offset)

    def as_strided(self, shape, strides):
        """Return a view with these strides and the same offset; ShapeError if it
        reaches out of the buffer."""
        return NDArray.make(shape, strides, self._device, self._handle, self._offset)

    @property
    def shape(self):
        return self._shape

    @property
    def strides(self):
        """Steps between neighbours along each axis, in elements."""
        return self._strides

    @property
    def device(self):
        return self._device

    @property
    def dtype(self):
        return FLOAT32

    @property
    def ndim(self):
        return len(self._shape)

    @property
    def size(self):
        return prod(self._shape)

    @property
    def nbytes(self):
        """Bytes of the elements; several views may share them."""
        return 4 * prod(self._shape)

    def __len__(self):
        if not self._shape:
            raise OperandError("len: an array of shape () has no length")
        return self._shape[0]

    def __repr__(self):
        return f"NDArray({self.numpy()}, device={self._device})"

    def __str__(self):
        return str(self.numpy())

    def is_compact(self):
        """Whether the elements lie row after row and fill their buffer."""
        return self._whole

    def compact(self):
        """Return this array if it is compact, else a copy that is."""
        return self if self._whole else self.copy()

    def copy(self):
        """Return a compact array with the same elements in a buffer of its own."""
        out = new(self._shape, self._device)
        self._device.mod.compact(
            self._handle, out._handle, self._shape, self._strides, self._offset
        )
        return out

    def reshape(self, *shape):
        """Return the same elements, in order, as `shape`: a view where there is one.

        One size may be -1. ShapeError if the number of elements differs.
        """
        shape = inferred(shape[0] if len(shape) == 1 else shape, self)
        if self._whole:
            strides = compact_strides(shape)
        else:
            strides = view_strides(self._shape, self._strides, shape)
            if strides is None:
                return self.copy().reshape(shape)
        return view_of(self._handle, self._device, shape, strides, self._offset)

    @property
    def flat(self):
        """All elements along one axis: a view, where the array is compact."""
        return self.reshape((self.size,))

    def permute(self, axes):
        """Return the view with the axes in a new order."""
        order = normalized_axes(tuple(axes), self.ndim, "permute")
        if len(order) != self.ndim:
            raise AxisError(f"permute: wanted {self.ndim} axes, got {tuple(axes)}")
        shape = tuple(self._shape[axis] for axis in order)
        strides = tuple(self._strides[axis] for axis in order)
        return view_of(self._handle, self._device, shape, strides, self._offset)

    def swapaxes(self, one, other):
        """Return the view with two axes swapped."""
        (one,) = normalized_axes(one, self.ndim, "swapaxes")
        (other,) = normalized_axes(other, self.ndim, "swapaxes")
        shape, strides = list(self._shape), list(self._strides)
        for numbers in (shape, strides):
            numbers[one], numbers[other] = numbers[other], numbers[one]
        place = tuple(shape), tuple(strides), self._offset
        return view_of(self._handle, self._device, *place)

    def transpose(self, *axes):
        """Return the view with the axes in a new order, reversed if none are given."""
        axes = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        return self.permute(axes) if axes else self.T

    @property
    def T(self):
        """The view with all axes in reverse order."""
        place = self._shape[::-1], self._strides[::-1], self._offset
        return view_of(self._handle, self._device, *place)

    def broadcast_to(self, shape):
        """Return a view of `shape` that repeats axes of size 1 with stride 0."""
        shape = checked_shape(shape, "broadcast_to")
        if shape == self._shape:
            return self
        strides = broadcast_strides(self._shape, self._strides, shape, "broadcast_to")
        return view_of(self._handle, self._device, shape, strides, self._offset)

    def process_slice(self, part, axis):
        """Return a slice of `axis` as (start, step, length); negative steps too."""
        return steps_of(part, self._shape[axis])

    def __getitem__(self, index):
        """Return the view of slices and integers; an integer keeps its axis."""
        index = index if isinstance(index, tuple) else (index,)
        if len(index) > self.ndim:
            raise AxisError(f"index: {len(index)} for an array of shape {self._shape}")
        index += (slice(None),) * (self.ndim - len(index))
        shape, strides, offset = [], [], self._offset
        for axis, part in enumerate(index):
            part = as_slice(part, axis, self._shape)
            start, step, length = self.process_slice(part, axis)
            shape.append(length)
            strides.append(step * self._strides[axis])
            offset += start * self._strides[axis] if length else 0
        return view_of(self._handle, self._device, tuple(shape), tuple(strides), offset)

    def __setitem__(self, index, other):
        """Write a number or an array, broadcast, into the elements at `index`."""
        self[index].fill(other)

    def fill(self, other):
        """Write a number or an array, broadcast, into every element of this view.

        ShapeError if the view holds an element twice: no order of writing is right.
        OperandError if `other` is no real number and no array of them.
        """
        if overlaps_itself(self._shape, self._strides):
            raise ShapeError(
                f"setitem: a view of shape {self._shape} and strides {self._strides} "
                "holds elements twice; write to a compact copy of it"
            )
        mod, place = self._device.mod, (self._shape, self._strides, self._offset)
        if isinstance(other, Real):
            mod.scalar_setitem(self.size, other, self._handle, *place)
            return
        other = other if isinstance(other, NDArray) else constant(other, self)
        same_device(self, other, "setitem")
        source = other.broadcast_to(self._shape)
        source = source.copy() if source._handle is self._handle else source.compact()
        mod.ewise_setitem(source._handle, self._handle, *place)

    __add__ = __radd__ = binary("add")
    __sub__ = binary("sub")
    __mul__ = __rmul__ = binary("mul")
    __truediv__ = binary("div")
    __pow__ = binary("power")
    __eq__ = binary("eq")
    __ne__ = binary("ne")
    __ge__ = binary("ge")
    __gt__ = binary("gt")
    __le__ = binary("le")
    __lt__ = binary("lt")
    maximum = binary("maximum")
    __neg__ = unary("neg")
    log = unary("log")
    exp = unary("exp")
    tanh = unary("tanh")
    sqrt = unary("sqrt")
    sum = reduction("sum")
    max = reduction("max")

    compact_strides = staticmethod(compact_strides)

    def flip(self, axes):
        """Return a compact copy with the order along `axes` reversed."""
        return functions.flip(self, axes)

    def pad(self, axes):
        """Return this array with zeros around it, (before, after) for each axis."""
        return functions.pad(self, axes)

    def __rsub__(self, other):
        return constant(other, self) - self

    def __rtruediv__(self, other):
        return constant(other, self) / self

    def __rpow__(self, other):
        return constant(other, self) ** self

    def __abs__(self):
        return self.maximum(-self)

    def mean(self, axis=None, keepdims=False):
        """Return the mean over `axis`; shape (1,) over all, as for `sum`."""
        total = self.sum(axis, keepdims)
        return total / (self.size / max(total.size, 1) or float("nan"))

    def __matmul__(self, other):
        return matmul(self, other)

    def __rmatmul__(self, other):
        return matmul(NDArray(other, device=self._device), self)

    def to(self, device):
        """Return this array on `device`: itself, if it is there."""
        return self if device == self._device else NDArray(self.numpy(), device=device)

    def astype(self, dtype):
        """Return this array, or for bool where it is not 0 (1.0, else 0.0).

        Raises OperandError for a dtype other than float32 and bool.
        """
        return self != 0.0 if devices.truth_wanted(dtype) else self

    def item(self):
        """Return the only element as a number."""
        if self.size != 1:
            raise OperandError(f"item: an array of shape {self._shape} is no number")
        return float(self.numpy().reshape(())[()])

    __float__ = item

    def __int__(self):
        return int(self.item())

    def __bool__(self):
        return bool(self.item())


def new(shape, device):
    """Return a compact array whose contents are not yet defined."""
    array = NEW(NDArray)
    array._shape, array._strides = shape, compact_strides(shape)
    array._offset, array._device, array._whole = 0, device, True
    size = prod(shape)
    try:
        if size >= LARGEST:
            raise OverflowError("more elements than can be counted")
        array._handle = device.Array(size)
    except (MemoryError, OverflowError, ValueError) as error:
        kind = type(error) if isinstance(error, AllocationError) else AllocationError
        raise kind(
            f"array: shape {shape} needs {4 * size} bytes, which {device} cannot "
            f"give: {error}"
        ) from error
    return array


def new_like(a):
    """Return an array like the compact array `a`, its contents not yet defined."""
    try:
        handle = a._device.Array(a._handle.size)
    except MemoryError:
        return new(a._shape, a._device)
    array = NEW(NDArray)
    array._shape, array._strides, array._offset = a._shape, a._strides, 0
    array._device, array._handle, array._whole = a._device, handle, True
    return array


def view_of(handle, device, shape, strides, offset):
    """Return a view of a buffer, places not checked."""
    array = NEW(NDArray)
    array._shape, array._strides, array._offset = shape, strides, offset
    array._device, array._handle = device, handle
    array._whole = (
        offset == 0 and handle.size == prod(shape) and is_compact(shape, strides)
    )
    return array


def constant(number, like):
    """Return a number, or what NumPy takes for an array, on the device of `like`."""
    return NDArray(number, device=like._device)
