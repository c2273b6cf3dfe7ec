# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The array backend in NumPy: the specification that the others are tested against.

A handle is a flat buffer of float32. `shape`, `strides` and `offset` count elements.
`out` is always compact and of the right size.
"""

import numpy as np

__device_name__ = "cpu_numpy"
__host__ = True
__tile_size__ = 1
_datatype = np.float32
_datetype_size = np.dtype(_datatype).itemsize


class Array:
    """A flat buffer of `size` float32, its contents not yet defined.

    `array`: a flat NumPy array of float32 whose memory is used instead of a new one.
    """

    __slots__ = ("array", "size")

    def __init__(self, size, array=None):
        self.array = np.empty(size, dtype=np.float32) if array is None else array
        self.size = size

    def ptr(self):
        """Return the address of the first element."""
        return self.array.ctypes.data


def view(a, shape, strides, offset):
    """Return a NumPy view of the buffer of `a`."""
    return np.lib.stride_tricks.as_strided(
        a.array[offset:], shape, tuple(stride * 4 for stride in strides)
    )


def to_numpy(a, shape, strides, offset):
    return np.array(view(a, shape, strides, offset))


def from_numpy(array, out):
    out.array[:] = array.ravel()


def fill(out, value):
    out.array.fill(value)


def compact(a, out, shape, strides, offset):
    out.array[:] = view(a, shape, strides, offset).ravel()


def ewise_setitem(a, out, shape, strides, offset):
    view(out, shape, strides, offset)[...] = a.array.reshape(shape)


def scalar_setitem(size, value, out, shape, strides, offset):
    view(out, shape, strides, offset)[...] = value


BINARY = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "power": np.power,
    "maximum": np.maximum,
    "eq": np.equal,
    "ne": np.not_equal,
    "ge": np.greater_equal,
    "gt": np.greater,
    "le": np.less_equal,
    "lt": np.less,
}


UNARY = {
    "neg": np.negative,
    "log": np.log,
    "exp": np.exp,
    "tanh": np.tanh,
    "sqrt": np.sqrt,
}


def ewise(function):
    """Make a kernel on two compact arrays of one size."""

    def kernel(a, b, out):
        function(a.array, b.array, out=out.array)

    return kernel


def scalar(function):
    """Make a kernel on a compact array and a number."""

    def kernel(a, value, out):
        function(a.array, np.float32(value), out=out.array)

    return kernel


def views(function):
    """Make a kernel on two views of one shape, broadcast ones too (stride 0)."""

    def kernel(a, a_strides, a_offset, b, b_strides, b_offset, out, shape):
        one = view(a, shape, a_strides, a_offset)
        out.array[:] = function(one, view(b, shape, b_strides, b_offset)).ravel()

    return kernel


def unary(function):
    """Make a kernel on one compact array."""

    def kernel(a, out):
        function(a.array, out=out.array)

    return kernel


for _name, _function in BINARY.items():
    globals()[f"ewise_{_name}"] = ewise(_function)
    globals()[f"scalar_{_name}"] = scalar(_function)
    globals()[f"view_{_name}"] = views(_function)
for _name, _function in UNARY.items():
    globals()[f"ewise_{_name}"] = unary(_function)


def matmul(a, b, out, m, n, p):
    """out (m, p) = a (m, n) times b (n, p), all compact."""
    out.array[:] = (a.array.reshape(m, n) @ b.array.reshape(n, p)).ravel()


def matmul_views(a, a_strides, a_offset, b, b_strides, b_offset, out, batch, m, n, p):
    """out (batch, m, p) = views (batch, m, n) times (batch, n, p); strides of three."""
    one = view(a, (batch, m, n), a_strides, a_offset)
    out.array[:] = (one @ view(b, (batch, n, p), b_strides, b_offset)).ravel()


def reduce_sum(a, out, reduce_size):
    out.array[:] = a.array.reshape(-1, reduce_size).sum(axis=1)


def reduce_max(a, out, reduce_size):
    out.array[:] = a.array.reshape(-1, reduce_size).max(axis=1)


def reduce_sum_axis(a, out, outer, size, inner):
    """Sum the middle axis of a compact array of shape (outer, size, inner)."""
    out.array[:] = a.array.reshape(outer, size, inner).sum(axis=1).ravel()


def reduce_max_axis(a, out, outer, size, inner):
    """Largest along the middle axis of a compact array (outer, size, inner)."""
    out.array[:] = a.array.reshape(outer, size, inner).max(axis=1).ravel()


def where(condition, a, b, out):
    """Elements of `a` where `condition` is not 0, else of `b`; all compact."""
    out.array[:] = np.where(condition.array != 0, a.array, b.array)


def take(a, places, out):
    """out[i] = a[places[i]]; `places`: flat NumPy array of int64."""
    np.take(a.array, places, out=out.array)


def put_add(a, places, out):
    """out[places[i]] += a[i], also where a place comes several times."""
    np.add.at(out.array, places, a.array)
