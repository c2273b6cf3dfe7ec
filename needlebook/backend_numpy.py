# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""NumPy as the array library, and the CPU as its only device."""

import numpy


class Device:
    """A place where arrays live and are made."""


class CPUDevice(Device):
    """The memory of this machine, as NumPy uses it.

    Every method returns a `numpy.ndarray`. `randn` and `rand` draw from NumPy's global
    generator, in float64.
    """

    def __repr__(self):
        return "cpu()"

    def __eq__(self, other):
        return isinstance(other, CPUDevice)

    def __hash__(self):
        return hash("cpu")

    def enabled(self):
        return True

    def array(self, source, dtype=None):
        return numpy.array(source, dtype=dtype)

    def zeros(self, *shape, dtype="float32"):
        return numpy.zeros(shape, dtype=dtype)

    def ones(self, *shape, dtype="float32"):
        return numpy.ones(shape, dtype=dtype)

    def randn(self, *shape):
        return numpy.random.randn(*shape)

    def rand(self, *shape):
        return numpy.random.rand(*shape)

    def one_hot(self, n, i, dtype="float32"):
        return numpy.eye(n, dtype=dtype)[i]

    def empty(self, shape, dtype="float32"):
        return numpy.empty(shape, dtype=dtype)

    def full(self, shape, fill_value, dtype="float32"):
        return numpy.full(shape, fill_value, dtype=dtype)


CPU = CPUDevice()


def cpu():
    """Return the CPU device."""
    return CPU


def default_device():
    """Return the device of tensors that name none."""
    return CPU


def device_of(array):
    """Return the device where `array` lives, None for what is no array of ours."""
    return CPU


def all_devices():
    """Return every device of this backend."""
    return [CPU]
