# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Convolution of images, channels last, as one operation."""

from ..autograd import TensorOp, array_api
from ..errors import ShapeError
from .ops_pixels import dilate, filled, flip, pad_pixels
from .ops_shape import reshape, transpose
from .windows import out_size, windows


# isort: skip_file
from ..fused import fused, products
from .ops_shape import undo_broadcast


class Conv(TensorOp):
    """x (n, h, w, c) with filters (kh, kw, c / groups, o) to (n, h', w', o).

    Zeros around the image as `padding` says; h' = (h + 2p - (kh - 1)d - 1) // s + 1.
    Course homework 4.
    """

    name = "conv"
    reads = ((1,), (0,))

    def __init__(self, stride=1, padding=0, dilation=1, groups=1):
        self.stride, self.padding = stride, padding
        self.dilation, self.groups = dilation, groups

    def compute(self, x, w):
        problem = self.explain(x.shape, w.shape)
        if problem:
            raise ShapeError(f"conv: {problem}")
        p = (self.padding, self.padding)
        x = pad_pixels(x, p, p)
        if self.groups == 1:
            return product(x, w, self.stride, self.dilation)
        kh, kw, c, o = w.shape[0], w.shape[1], w.shape[2], w.shape[3] // self.groups
        height = out_size(x.shape[1], kh, self.stride, self.dilation)
        width = out_size(x.shape[2], kw, self.stride, self.dilation)
        out = filled((x.shape[0], height, width, w.shape[3]), x)
        for g in range(self.groups):
            ins, outs = slice(g * c, (g + 1) * c), slice(g * o, (g + 1) * o)
            part = product(
                x[:, :, :, ins], w[:, :, :, outs], self.stride, self.dilation
            )
            out[:, :, :, outs] = part
        return out

    def vjp(self, adjoint, out, x, w):
        s, p, d, groups = self.stride, self.padding, self.dilation, self.groups
        rest = [
            (size + 2 * p - (k - 1) * d - 1) % s
            for size, k in zip(x.shape[1:3], w.shape[:2], strict=True)
        ]

        def by_filter():
            used = pad_pixels(x, (p, p), [p - r for r in rest])
            n, height, width, c = used.shape
            used = reshape(used, (n, height, width, groups, c // groups))
            used = reshape(
                transpose(used, (0, 4)), (c // groups, height, width, groups * n)
            )
            taps = transpose(transpose(adjoint, (0, 1)), (1, 2))
            found = Conv(d, 0, s, groups)(used, taps)
            return transpose(transpose(found, (0, 1)), (1, 2))

        return lambda: conv_transpose(adjoint, w, s, p, d, groups, rest), by_filter

    def explain(self, x, w):
        if len(x) != 4 or len(w) != 4:
            return (
                f"wanted images (n, h, w, c) and filters (k, k, c, o), got {x} and {w}"
            )
        if x[3] != w[2] * self.groups or w[3] % self.groups:
            return (
                f"{self.groups} groups of images {x} and filters {w} do not fit: "
                f"{x[3]} channels given, {w[2] * self.groups} wanted"
            )
        for size, k in zip(x[1:3], w[:2], strict=True):
            reach = (k - 1) * self.dilation + 1
            if reach > size + 2 * self.padding:
                return f"a filter that reaches over {reach} pixels does not fit {x}"
        return None

    compute = fused(compute, products.conv)
    vjp = fused(vjp, products.conv_vjp)


def product(x, w, stride, dilation):
    """Return the convolution of padded images as one product with their windows."""
    kh, kw, c, o = w.shape
    view = windows(x, (kh, kw), stride, dilation)
    n, height, width = view.shape[:3]
    columns = view.reshape((n * height * width, kh * kw * c))
    z = columns @ array_api.reshape(w, (kh * kw * c, o))
    return z.reshape((n, height, width, o))


def conv_transpose(a, w, stride=1, padding=0, dilation=1, groups=1, extra=(0, 0)):
    """Return the adjoint of `conv` by its image: a (n, h', w', o) to (n, h, w, c).

    `w`: the filters (kh, kw, c / groups, o) of that convolution. `extra`: rows and
    columns at the end that its last window did not reach.
    """
    kh, kw, c, o = w.shape
    taps = reshape(flip(w, (0, 1)), (kh, kw, c, groups, o // groups))
    taps = reshape(transpose(taps, (2, 4)), (kh, kw, o // groups, groups * c))
    before = [(k - 1) * dilation - padding for k in (kh, kw)]
    behind = [b - (stride - 1) + e for b, e in zip(before, extra, strict=True)]
    spread = dilate(a, (1, 2), stride - 1)
    return Conv(1, 0, dilation, groups)(pad_pixels(spread, before, behind), taps)


def conv(a, b, stride=1, padding=1, dilation=1, groups=1):
    """Convolve images `a` (n, h, w, c) with filters `b` (k, k, c / groups, o)."""
    return Conv(stride, padding, dilation, groups)(a, b)


class ConvBias(Conv):
    """`Conv` of x and w, plus a bias (o,): one operation. Raises ShapeError."""

    name = "conv_bias"
    reads = ((1,), (0,), ())

    def compute(self, x, w, bias):
        problem = self.explain(x.shape, w.shape, bias.shape)
        if problem:
            raise ShapeError(f"conv_bias: {problem}")
        return Conv.compute(self, x, w) + bias

    def vjp(self, adjoint, out, x, w, bias):
        by_image, by_filter = Conv.vjp(self, adjoint, out, x, w)
        return by_image, by_filter, lambda: undo_broadcast(adjoint, bias.shape)

    def explain(self, x, w, bias=None):
        problem = super().explain(x, w)
        if problem or bias in (None, w[3:]):
            return problem
        return f"bias {bias} does not fit filters {w}: wanted {w[3:]}"

    compute = fused(compute, products.conv)
    vjp = fused(vjp, products.conv_bias_vjp)


def conv_bias(a, b, bias, stride=1, padding=1, dilation=1, groups=1):
    """Return `conv` of `a` and `b` with `bias` (o,) added to every pixel."""
    return ConvBias(stride, padding, dilation, groups)(a, b, bias)
