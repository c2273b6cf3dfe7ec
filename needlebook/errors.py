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
