# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Solutions to the exercises of chapter 10."""

import numpy as np

from needlebook import Tensor, ops
from needlebook.ops.windows import windows


def same_padding(kernel, dilation=1):
    """Return the padding that keeps the size of images at stride 1."""
    reach = (kernel - 1) * dilation
    if reach % 2:
        raise ValueError(
            f"same_padding: kernel {kernel} with dilation {dilation} needs {reach} "
            "zeros in all, which two sides cannot share equally"
        )
    return reach // 2


def tile(A, size):
    """Return the size x size tiles of the matrix A, a view."""
    return windows(A[None, :, :, None], (size, size), stride=size)[0, :, :, :, :, 0]


def cheaper_view(c_in, c_out):
    """Return "pairs" or "products": which view of channels reads the image less."""
    reads_of_pairs, reads_of_products = c_in * c_out, c_in
    return "products" if reads_of_products < reads_of_pairs else "pairs"


def separable_weights(kernel, c_in, c_out):
    """Return the weights of a depthwise convolution and a 1 x 1 one after it."""
    return kernel * kernel * c_in + c_in * c_out


def gap_of_adjoints(stride, padding, dilation=1, seed=0):
    """Relative difference of <conv x, v> and <x, conv_transpose v>."""
    rng = np.random.default_rng(seed)
    size, k = 9, 3
    x, w = rng.normal(size=(2, size, size, 3)), rng.normal(size=(k, k, 3, 4))
    z = ops.conv(x, w, stride, padding, dilation)
    v = rng.normal(size=z.shape)
    rest = (size + 2 * padding - (k - 1) * dilation - 1) % stride
    back = ops.conv_transpose(v, w, stride, padding, dilation, extra=(rest, rest))
    one, other = np.sum(z * v), np.sum(x * back)
    return abs(one - other) / abs(one)


def effective_field(depth, share=0.9):
    """Return the receptive field, and the side that holds `share` of the gradient."""
    from needlebook.convolution import receptive

    layers = [(3, 1, 1)] * depth
    field = receptive.by_formula(layers)
    image = receptive.gradient_image(layers, field)
    for border in range(field // 2, -1, -1):
        inner = image[border : field - border, border : field - border]
        if inner.sum() >= share * image.sum():
            return field, field - 2 * border
    return field, field


def recover_filter(x, z, kernel):
    """Return the filter (k, k) whose convolution with x (h, w) is nearest to z."""
    from needlebook.convolution.matrices import by_filter

    taps, *_ = np.linalg.lstsq(by_filter(x, kernel), z.ravel(), rcond=None)
    return taps.reshape(kernel, kernel)


def masked_conv(x, w):
    """Convolve x (n, h, w, c) with the taps above and left of the middle only."""
    k = w.shape[0]
    mask = np.zeros(w.shape)
    mask.reshape(k * k, -1)[: k * k // 2] = 1
    mask = Tensor(mask, dtype=w.dtype, requires_grad=False)
    return ops.conv(x, w * mask, padding=k // 2)


def winograd_row(x, w):
    """Return the two outputs of w (3,) on x (4,) with four multiplications."""
    plus, minus = (w[0] + w[1] + w[2]) / 2, (w[0] - w[1] + w[2]) / 2
    first, last = (x[0] - x[2]) * w[0], (x[1] - x[3]) * w[2]
    upper, lower = (x[1] + x[2]) * plus, (x[2] - x[1]) * minus
    return np.array([first + upper + lower, upper - lower - last])
