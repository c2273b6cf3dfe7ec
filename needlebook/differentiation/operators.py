# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Python's operators for everything that is not yet a number: `a + b` is `np.add`."""

import numpy as np


def both_sides(op):
    """Return the methods for `self op other` and for `other op self`."""
    return lambda self, other: op(self, other), lambda self, other: op(other, self)


class Operators:
    """Turn `a + b`, `a @ b`, … into calls of NumPy's universal functions."""

    __add__, __radd__ = both_sides(np.add)
    __sub__, __rsub__ = both_sides(np.subtract)
    __mul__, __rmul__ = both_sides(np.multiply)
    __truediv__, __rtruediv__ = both_sides(np.divide)
    __matmul__, __rmatmul__ = both_sides(np.matmul)
    __gt__, __lt__ = both_sides(np.greater)
    __ge__, __le__ = both_sides(np.greater_equal)

    def __neg__(self):
        return np.negative(self)
