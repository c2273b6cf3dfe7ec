# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Where in a model a value that is not finite first appeared, as a sentence."""

from ..errors import NeedlebookError
from ..nn.inspection import first_nan


class NotFiniteError(NeedlebookError, FloatingPointError):
    """A loss that is infinite or not a number."""


def first_not_finite(model, *inputs):
    """Return a sentence on the first module whose output is not finite, or None."""
    found = first_nan(model, *inputs)
    return None if found is None else str(found)
