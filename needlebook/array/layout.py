# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Shapes and strides: pure arithmetic on tuples, counted in elements."""

from collections.abc import Iterable
from functools import lru_cache
from math import prod
from operator import index

from ..errors import AxisError, DeviceError, OperandError, ShapeError

LARGEST = 2**62
remembered = lru_cache(maxsize=4096)


@remembered
def compact_strides(shape):
    """Return the strides of an array of `shape` that lies row after row."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return tuple(reversed(strides))


@remembered
def is_compact(shape, strides):
    """Whether elements lie row after row; strides of axes of size 1 do not matter."""
    step = 1
    for size, stride in zip(reversed(shape), reversed(strides)):
        if size != 1:
            if stride != step:
                return False
            step *= size
    return True


def whole_numbers(given, name):
    """Return a whole number or several as a tuple; OperandError for all else."""
    if type(given) is int:
        return (given,)
    try:
        several = type(given) is tuple or isinstance(given, Iterable)
        return tuple(map(index, given if several else (given,)))
    except TypeError:
        raise OperandError(f"{name}: wanted whole numbers, got {given!r}") from None


def checked_shape(shape, name):
    """Return `shape` as a tuple of sizes that an array can have, else ShapeError."""
    shape = whole_numbers(shape, name)
    if min(shape, default=0) < 0:
        raise ShapeError(f"{name}: {shape} has a negative size")
    if prod(size or 1 for size in shape) >= LARGEST:
        raise ShapeError(f"{name}: {shape} has more elements than can be counted")
    return shape


def extent(shape, strides):
    """Return (lowest, highest) place that a view reaches, relative to its offset."""
    if 0 in shape:
        return 0, -1
    steps = [(size - 1) * stride for size, stride in zip(shape, strides)]
    return sum(min(step, 0) for step in steps), sum(max(step, 0) for step in steps)


def check_reach(shape, strides, offset, size, name):
    """Raise ShapeError unless a view lies in a buffer of `size` elements."""
    low, high = extent(shape, strides)
    counted = all(abs(stride) < LARGEST // 2 for stride in strides)
    inside = 0 <= offset + low and offset + high < size
    if not (len(strides) == len(shape) and counted and inside):
        raise ShapeError(
            f"{name}: shape {shape}, strides {strides} and offset {offset} reach "
            f"from {offset + low} to {offset + high} of a buffer of {size} elements"
        )


def overlaps_itself(shape, strides):
    """Whether two places of a view may be the same element of the buffer.

    Sorted by stride, each axis must step over all that the smaller ones reach. Where
    that fails the answer is yes, which is right for all but contrived strides.
    """
    if 0 in shape:
        return False
    reach = 0
    axes = [(abs(stride), size) for size, stride in zip(shape, strides) if size > 1]
    for stride, size in sorted(axes):
        if stride <= reach:
            return True
        reach += (size - 1) * stride
    return False


def normalized_axes(axes, rank, name):
    """Return `axes` (None: all, number or tuple) as a tuple from 0 to rank - 1."""
    if axes is None:
        return tuple(range(rank))
    axes = whole_numbers(axes, name)
    for axis in axes:
        if not -rank <= axis < rank:
            raise AxisError(f"{name}: axis {axis} of an array with {rank} axes")
    found = tuple(axis % rank for axis in axes)
    if len(set(found)) < len(found):
        raise AxisError(f"{name}: axes {axes} name one axis twice")
    return found


@remembered
def broadcast_strides(shape, strides, wanted, name):
    """Return strides under which `shape` reads as `wanted`: 0 where it repeats."""
    added = len(wanted) - len(shape)
    fits = added >= 0 and all(
        size in (1, want) for size, want in zip(shape, wanted[added:])
    )
    if not fits:
        raise ShapeError(f"{name}: {shape} cannot be broadcast to {wanted}")
    kept = [
        stride if size == want else 0
        for size, want, stride in zip(shape, wanted[added:], strides)
    ]
    return (0,) * added + tuple(kept)


@remembered
def common_shape(one, other, name):
    """Return the shape to which `one` and `other` broadcast."""
    if one == other:
        return one
    width = max(len(one), len(other))
    padded = [(1,) * (width - len(shape)) + shape for shape in (one, other)]
    sizes = []
    for a, b in zip(*padded):
        if a != b and 1 not in (a, b):
            raise ShapeError(
                f"{name}: {one} and {other} do not broadcast: sizes {a} and {b} differ"
            )
        sizes.append(b if a == 1 else a)
    return tuple(sizes)


@remembered
def view_strides(shape, strides, wanted):
    """Return strides that read a view of `shape` as `wanted`, or None: copy first.

    Both shapes are cut into the smallest groups of axes that hold equally many
    elements; within a group the old axes must lie in one another without a gap.
    """
    if 0 in shape:
        return compact_strides(wanted)
    old = [pair for pair in zip(shape, strides) if pair[0] != 1]
    new = [size for size in wanted if size != 1]
    found = []
    while old:
        group, inside = [old.pop(0)], [new.pop(0)]
        while (left := prod(size for size, _ in group)) != prod(inside):
            (inside if prod(inside) < left else group).append(
                new.pop(0) if prod(inside) < left else old.pop(0)
            )
        for (_, outer), (size, inner) in zip(group, group[1:]):
            if outer != size * inner:
                return None
        found += [step * group[-1][1] for step in compact_strides(tuple(inside))]
    return with_ones(wanted, found)


def with_ones(shape, strides):
    """Return strides for all of `shape`, given those of its axes longer than 1."""
    strides, found, step = list(strides), [], 1
    for size in reversed(shape):
        if size != 1:
            step = strides.pop()
        found.append(step)
        step *= size
    return tuple(reversed(found))


def inferred(shape, array):
    """Return `shape` with -1 replaced by what is left; ShapeError if it cannot fit."""
    shape = whole_numbers(shape, "reshape")
    known = prod(size for size in shape if size != -1)
    if shape.count(-1) == 1 and known and array.size % known == 0:
        shape = tuple(array.size // known if size == -1 else size for size in shape)
    if min(shape, default=0) < 0 or prod(shape) != array.size:
        raise ShapeError(
            f"reshape: cannot lay out {array.shape}, {array.size} values, as {shape}"
        )
    return shape


def same_device(one, other, name):
    """Raise DeviceError unless both arrays are on one device."""
    if one._device is not other._device and one._device != other._device:
        raise DeviceError(
            f"{name}: one array is on {one._device}, the other on {other._device}; "
            "move one with .to(device)"
        )


def as_slice(part, axis, shape):
    """Return an integer as the slice of length 1 that keeps its axis."""
    if isinstance(part, slice):
        return part
    try:
        place = index(part)
    except TypeError:
        raise OperandError(
            f"index: an array takes slices and integers, got {type(part).__name__}"
        ) from None
    if not -shape[axis] <= place < shape[axis]:
        raise AxisError(
            f"index: {place} is out of range for axis {axis} of shape {shape}"
        )
    place %= shape[axis]
    return slice(place, place + 1)


def steps_of(part, size):
    """Return a slice of an axis of `size` as (start, step, length).

    A step longer than the axis is never taken; cut to its size, it has a stride that
    kernels can hold.
    """
    start, stop, step = part.indices(size)
    return start, max(-size, min(step, size)), len(range(start, stop, step))
