# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Solutions to the exercises of chapter 11."""

from itertools import product
from math import prod

import numpy as np

from needlebook.array import NDArray


def diagonal(a):
    """Return the diagonal of the matrix `a`, a view."""
    steps = (a.strides[0] + a.strides[1],)
    return NDArray.make((min(a.shape),), steps, a.device, a._handle, a._offset)


def memory_order(a):
    """Return the axes from the longest stride to the shortest, None if they gape."""
    order = sorted(range(a.ndim), key=lambda axis: -a.strides[axis])
    step = 1
    for axis in reversed(order):
        if a.shape[axis] == 1:
            continue
        if a.strides[axis] != step:
            return None
        step *= a.shape[axis]
    return tuple(order)


def meets_twice(shape, strides):
    """Whether two indices of a view reach one place; exact, axis by axis."""
    places = {0}
    for axis, (size, stride) in enumerate(zip(shape, strides)):
        places = {place + i * stride for place in places for i in range(size)}
        if len(places) < prod(shape[: axis + 1]):
            return True
    return False


def lines_touched(shape, strides, offset=0, line=16):
    """Return the number of lines of `line` elements that hold elements of a view."""
    steps = [range(size) for size in shape]
    places = (sum(i * s for i, s in zip(index, strides)) for index in product(*steps))
    return len({(offset + place) // line for place in places})


def degree_for(bits, low, high):
    """Return the degree at which a fitted polynomial for e^r has `bits` bits."""
    from needlebook.experiments.rounding import by_nodes

    r = np.linspace(low, high, 2001)
    for degree in range(40):
        fit = by_nodes(np.exp, low, high, degree, lambda r: np.exp(-r))
        if abs(np.polyval(fit[::-1], r) / np.exp(r) - 1).max() < 2.0**-bits:
            return degree
    raise ValueError(f"degree_for: {bits} bits are out of reach in float64")


def compensated_sum(x):
    """Sum float32 numbers in order; what each addition rounds off is kept."""
    total, lost = np.float32(0), np.float32(0)
    for number in x.astype(np.float32):
        swap = abs(number) > abs(total)
        larger, smaller = (number, total) if swap else (total, number)
        added = total + number
        lost += smaller - (added - larger)
        total = added
    return total + lost


def strassen(A, B, smallest=64):
    """Return A B for square matrices, by seven products of halves while they halve."""
    n = len(A)
    if n <= smallest or n % 2:
        return A @ B
    h = n // 2
    (a, b), (c, d) = ((A[s, :h], A[s, h:]) for s in (slice(h), slice(h, n)))
    (e, f), (g, i) = ((B[s, :h], B[s, h:]) for s in (slice(h), slice(h, n)))
    factors = [
        (a + d, e + i),
        (c + d, e),
        (a, f - i),
        (d, g - e),
        (a + b, i),
        (c - a, e + f),
        (b - d, g + i),
    ]
    p = [strassen(X, Y, smallest) for X, Y in factors]
    top = [p[0] + p[3] - p[4] + p[6], p[2] + p[4]]
    bottom = [p[1] + p[3], p[0] - p[1] + p[2] + p[5]]
    return np.block([top, bottom])


def loads(equation, sizes, tile):
    """Return how many numbers of the operands are loaded, tile by tile.

    `equation`: operands before "->", separated by ";" and their indices by ",", or
    one letter each as in "ik,jk->ij". An index such as "i+a" is a sum of two.
    """
    from math import ceil

    left = equation.split("->")[0]
    if ";" in left:
        operands = [operand.split(",") for operand in left.split(";")]
    else:
        operands = [list(operand) for operand in left.split(",")]
    steps = prod(ceil(size / tile.get(index, 1)) for index, size in sizes.items())

    def covered(index):
        return sum(tile.get(part, 1) - 1 for part in index.split("+")) + 1

    return steps * sum(prod(map(covered, operand)) for operand in operands)


def fetches(order, n, lines, width=16):
    """Return how many cache lines three loops in this order fetch, n x n floats each.

    The cache holds `lines` lines and drops the one that was used longest ago.
    """
    from collections import OrderedDict

    held, fetched = OrderedDict(), 0
    for steps in product(range(n), repeat=3):
        at = dict(zip(order, steps, strict=True))
        places = (("A", "i", "k"), ("B", "k", "j"), ("C", "i", "j"))
        for name, row, column in places:
            line = name, (at[row] * n + at[column]) // width
            if line in held:
                held.move_to_end(line)
                continue
            fetched += 1
            held[line] = None
            if len(held) > lines:
                held.popitem(last=False)
    return fetched


def bytes_per_weight(calls, size=4):
    """Return the bytes per weight of a chain of calls, pairs (read, written)."""
    return size * sum(read + written for read, written in calls)


def taps_of_phase(kernel, stride, padding, phase, dilation=1):
    """Return (tap, offset of the output) for the pixels y = phase modulo `stride`."""
    places = [(i, phase + padding - i * dilation) for i in range(kernel)]
    return [(i, place // stride) for i, place in places if place % stride == 0]


def folded(w, mean, variance, weight, bias, eps=1e-5):
    """Return the filters and the bias that include batch norm with fixed statistics."""
    scale = weight / (variance + eps) ** 0.5
    return w * scale, bias - mean * scale
