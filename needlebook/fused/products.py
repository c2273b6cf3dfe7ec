# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Convolution and the linear layer through the native tiles."""

from math import prod

from ..errors import AllocationError, ShapeError
from ..manual.native import load
from .hosts import address, all_compact, compact, like, ready


def sizes(op, x, w):
    """Return the eleven numbers that say what a convolution is."""
    return (*x, *w[:2], w[3], op.stride, op.padding, op.dilation, op.groups)


def out_shape(op, x, w):
    """Return the shape (n, h', w', o) of a convolution's result."""
    edges = [
        (size + 2 * op.padding - (k - 1) * op.dilation - 1) // op.stride + 1
        for size, k in zip(x[1:3], w[:2], strict=True)
    ]
    return (x[0], *edges, w[3])


def call(name, *arguments):
    """Call a native loop; arrays are given by their addresses."""
    function = getattr(load("_training").module, name)
    plain = (int, float, tuple)
    given = [a if isinstance(a, plain) else address(a) for a in arguments]
    try:
        return function(*given)
    except MemoryError:
        raise AllocationError(f"{name}: no memory for what it computes in") from None


def conv(op, x, w, *bias):
    """Return what `Conv.compute`, with a bias `ConvBias.compute`, returns, or None."""
    arrays = ready(x, w, *bias)
    if arrays is None or op.explain(x.shape, w.shape, *(b.shape for b in bias)):
        return None
    out = like(x, out_shape(op, x.shape, w.shape))
    call("conv", sizes(op, x.shape, w.shape), *arrays, *(() if bias else (0,)), out)
    return out


def conv_vjp(op, adjoint, out, x, w):
    """Return what `Conv.vjp` returns, or None; `x`, `w` arrays.

    Raises ShapeError for an adjoint that is not of the result's shape.
    """
    arrays = ready(adjoint, x, w)
    if arrays is None or op.explain(x.shape, w.shape):
        return None
    what = sizes(op, x.shape, w.shape)
    if tuple(adjoint.shape) != out_shape(op, x.shape, w.shape):
        raise ShapeError(
            f"conv: adjoint {adjoint.shape} given for a result of shape "
            f"{out_shape(op, x.shape, w.shape)}; they must be equal"
        )
    back, images, filters = arrays

    def by_image():
        found = like(x, x.shape)
        call("conv_to_image", what, back, filters, found)
        return found

    def by_filter():
        found = like(w, w.shape)
        call("conv_to_filter", what, images, back, found)
        return found

    return by_image, by_filter


def row_sums(adjoint, bias):
    """Return the sum of the rows of `adjoint` (..., k) in the shape of `bias`."""
    found, k = like(bias, bias.shape), adjoint.shape[-1]
    call("sum_rows", compact(adjoint), adjoint.size // k, k, found)
    return found


def conv_bias_vjp(op, adjoint, out, x, w, bias):
    """Return what `ConvBias.vjp` returns, or None."""
    found = conv_vjp(op, adjoint, out, x, w)
    if found is None or all_compact(adjoint, bias) is None or bias.shape != w.shape[3:]:
        return None
    return *found, lambda: row_sums(adjoint, bias)


def one_pixel(x, weight):
    """Return the linear layer as a convolution: images of one pixel, one tap."""
    return (prod(x[:-1]), 1, 1, x[-1], 1, 1, weight[1], 1, 0, 1, 1)


def layer_fits(x, weight, bias):
    """Whether the shapes are (..., n), (n, k) and (1, k) or (k,): no others here."""
    if len(x) < 2 or len(weight) != 2 or x[-1] != weight[0]:
        return False
    return bias in ((1, weight[1]), weight[1:])


def linear(op, x, weight, bias):
    """Return what `Affine.compute` returns, or None."""
    arrays = ready(x, weight, bias)
    if arrays is None or not layer_fits(x.shape, weight.shape, bias.shape):
        return None
    out = like(x, (*x.shape[:-1], weight.shape[1]))
    call("conv", one_pixel(x.shape, weight.shape), *arrays, out)
    return out


def linear_vjp(op, adjoint, out, x, weight, bias):
    """Return what `Affine.vjp` returns, or None."""
    arrays = ready(adjoint, x, weight)
    if arrays is None or not layer_fits(x.shape, weight.shape, bias.shape):
        return None
    if adjoint.shape != (*x.shape[:-1], weight.shape[1]):
        return None
    back, rows, matrix = arrays
    what = one_pixel(x.shape, weight.shape)

    def found(name, of, *inputs):
        result = like(of, of.shape)
        call(name, *inputs, result)
        return result

    return (
        lambda: found("conv_to_image", x, what, back, matrix),
        lambda: found("conv_to_filter", weight, what, rows, back),
        lambda: row_sums(back, bias),
    )
