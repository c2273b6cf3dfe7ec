# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Operations that reverse, spread, pad and cut arrays. All are linear."""

from ..autograd import TensorOp, array_api, device_of


def filled(shape, like):
    """Return zeros of `shape`, of the dtype and on the device of the array `like`."""
    return device_of(like).full(shape, 0, like.dtype)


class Flip(TensorOp):
    """Reverse the order of elements along `axes`."""

    name = "flip"
    reads = ()

    def __init__(self, axes=None):
        self.axes = axes

    def compute(self, a):
        return array_api.flip(a, self.axes)

    def vjp(self, adjoint, out, a):
        return flip(adjoint, self.axes)


def flip(a, axes):
    """Reverse the order of elements along `axes`."""
    return Flip(axes)(a)


def every(step, axes, rank):
    """Return the index that takes every element number `step` along `axes`."""
    return tuple(slice(None, None, step if i in axes else 1) for i in range(rank))


class Dilate(TensorOp):
    """Put `dilation` zeros behind each element along `axes`. Course homework 4."""

    name = "dilate"
    reads = ()

    def __init__(self, axes, dilation):
        self.axes = axes if isinstance(axes, tuple) else (axes,)
        self.dilation = dilation

    def compute(self, a):
        step, rank = self.dilation + 1, len(a.shape)
        shape = [s * step if i in self.axes else s for i, s in enumerate(a.shape)]
        out = filled(tuple(shape), a)
        out[every(step, self.axes, rank)] = a
        return out

    def vjp(self, adjoint, out, a):
        return undilate(adjoint, self.axes, self.dilation)


class UnDilate(Dilate):
    """Take the elements that `Dilate` would have put there."""

    name = "undilate"

    def compute(self, a):
        return a[every(self.dilation + 1, self.axes, len(a.shape))]

    def vjp(self, adjoint, out, a):
        step = self.dilation + 1
        spread = dilate(adjoint, self.axes, self.dilation)
        over = [
            (0, size - len(range(0, size, step)) * step if i in self.axes else 0)
            for i, size in enumerate(a.shape)
        ]
        return pad(spread, over)


def dilate(a, axes, dilation):
    """Put `dilation` zeros behind each element along `axes`."""
    return Dilate(axes, dilation)(a) if dilation else a


def undilate(a, axes, dilation):
    """Take every element number dilation + 1 along `axes`."""
    return UnDilate(axes, dilation)(a) if dilation else a


class Pad(TensorOp):
    """Zeros before and behind each axis; a negative width cuts elements off.

    `widths`: (before, behind) for each axis.
    """

    name = "pad"
    reads = ()

    def __init__(self, widths):
        self.widths = tuple((int(b), int(e)) for b, e in widths)

    def compute(self, a):
        shape, source, target = [], [], []
        for size, (before, behind) in zip(a.shape, self.widths, strict=True):
            kept = max(0, size + min(0, before) + min(0, behind))
            first, place = max(0, -before), max(0, before)
            shape.append(size + before + behind)
            source.append(slice(first, first + kept))
            target.append(slice(place, place + kept))
        out = filled(tuple(shape), a)
        out[tuple(target)] = a[tuple(source)]
        return out

    def vjp(self, adjoint, out, a):
        return pad(adjoint, [(-before, -behind) for before, behind in self.widths])

    def explain(self, shape):
        return f"{shape} cannot be padded by {self.widths}"


def pad(a, widths):
    """Pad each axis with zeros, (before, behind); negative widths cut."""
    return Pad(widths)(a) if any(map(any, widths)) else a


def pad_pixels(a, before, behind):
    """Pad rows and columns of images (n, h, w, c): (rows, columns) each."""
    rows, columns = zip(before, behind, strict=True)
    return pad(a, [(0, 0), rows, columns, (0, 0)])
