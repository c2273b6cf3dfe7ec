# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Which arrays a native loop can work on, and the switch between it and NumPy."""

import os
from contextlib import contextmanager
from functools import wraps

import numpy as np

from ..array import ndarray
from ..manual.native import load

FLOAT32 = np.dtype("float32")
SWITCH = {"on": os.environ.get("NEEDLEBOOK_FUSED", "1") != "0"}


def loops():
    """Return the compiled module, None where it is missing or switched off."""
    return load("_training").module if SWITCH["on"] else None


@contextmanager
def readable():
    """Compute with the readable versions inside, as NEEDLEBOOK_FUSED=0 does."""
    before, SWITCH["on"] = SWITCH["on"], False
    try:
        yield
    finally:
        SWITCH["on"] = before


def fused(version, native):
    """Return a method that asks `native` first, and `version` where that says None."""

    @wraps(version)
    def method(*args, **named):
        found = native(*args, **named)
        return version(*args, **named) if found is None else found

    return method


def compact(array):
    """Return float32 of this machine's memory row after row, a copy if need be.

    None for what is no such array: other dtypes, other devices, a Tensor.
    """
    if type(array) is np.ndarray:
        return np.ascontiguousarray(array) if array.dtype == FLOAT32 else None
    mod = getattr(getattr(array, "_device", None), "mod", None)
    return array.compact() if getattr(mod, "__host__", False) else None


def all_compact(*arrays):
    """Return the arrays as `compact` does; None if one is unfit, empty or elsewhere."""
    found = []
    for array in arrays:
        array = compact(array)
        if array is None or 0 in array.shape:
            return None
        found.append(array)
        place = getattr(array, "_device", None)
        if len(found) == 1:
            first = place
        elif place is not first and place != first:
            return None
    return found


def ready(*arrays):
    """Return the arrays for a native loop, or None: let the readable version do it."""
    return all_compact(*arrays) if loops() is not None else None


def address(array):
    """Return where the first element of a compact array is."""
    if type(array) is np.ndarray:
        return load("_training").module.address(array)
    return array._handle.ptr()


def like(array, shape):
    """Return a new array of `shape`, its contents not yet defined, beside `array`."""
    if type(array) is np.ndarray:
        return np.empty(shape, FLOAT32)
    return ndarray.new(tuple(shape), array._device)
