# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Numbers that count the arithmetic done with them."""

import numpy as np

from needlebook.differentiation.operators import Operators

FREE = {np.positive}


class Counted(Operators):
    """An array that adds the scalar operations done with it to `Counted.operations`."""

    operations = 0

    def __init__(self, array):
        self.array = np.asarray(array)

    @property
    def shape(self):
        return self.array.shape

    @property
    def T(self):
        return Counted(self.array.T)

    def sum(self, axis=None, dtype=None, out=None):
        Counted.operations += self.array.size
        return Counted(self.array.sum())

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        arrays = [x.array if isinstance(x, Counted) else x for x in inputs]
        out = ufunc(*arrays)
        if ufunc is np.matmul:  # an inner product of length k: k times, k additions
            Counted.operations += 2 * out.size * arrays[0].shape[-1]
        elif ufunc not in FREE:
            Counted.operations += out.size
        return Counted(out)


def operations_of(program):
    """Run `program()` and return its result and the scalar operations it took."""
    Counted.operations = 0
    result = program()
    return result, Counted.operations
