# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The errors of the library: each says what was given, what was wanted, what to do."""


class NeedlebookError(Exception):
    """Base of every error that the library raises on purpose."""


class ShapeError(NeedlebookError, ValueError):
    """Shapes that do not fit an operation, or an adjoint that does not fit a value."""


class AxisError(ShapeError, IndexError):
    """An axis that the array does not have, or that is named twice."""


class OperandError(NeedlebookError, TypeError):
    """An operand of a type that the operation cannot take."""


class BackendError(NeedlebookError, RuntimeError):
    """An array backend that does not exist, or does not exist yet."""


class CycleError(NeedlebookError, RuntimeError):
    """A value that is, over some path, its own input."""


class NoGradientError(NeedlebookError, RuntimeError):
    """A gradient was asked of a value for which nothing was recorded."""


class GradientMismatch(NeedlebookError, AssertionError):
    """An analytic gradient that differs from the numeric one."""


class DataError(NeedlebookError, TypeError, AssertionError):
    """A value for `data` that is no Tensor or has another dtype."""


class StaleValueError(NeedlebookError, RuntimeError):
    """A value that a recorded operation still needs was replaced through `data`."""


class OptimizerError(NeedlebookError, ValueError):
    """An optimizer given no parameters, a number out of range, or a foreign state."""


class InPlaceError(NeedlebookError, ValueError):
    """A layer in place that would overwrite what a backward pass still reads."""


class DatasetError(NeedlebookError, ValueError):
    """A data file that is missing, damaged or not what was expected."""


class StateError(NeedlebookError, ValueError, KeyError):
    """Stored weights whose names or shapes are not those of the module."""

    def __str__(self):
        return Exception.__str__(self)


class WeightFileError(NeedlebookError, ValueError):
    """A file of weights that is damaged, cut short, or no such file."""


class BatchSizeWarning(UserWarning):
    """A batch of one in training mode of a layer that averages over the batch."""


class AllocationError(NeedlebookError, MemoryError):
    """Memory that a device could not give."""


class DeviceError(NeedlebookError, RuntimeError):
    """Arrays on different devices in one operation."""


class CudaError(NeedlebookError, RuntimeError):
    """A call of the GPU's runtime, or a launch, that failed."""


class DeviceMemoryError(CudaError, AllocationError):
    """No memory left on the device, also after the cache was emptied."""
