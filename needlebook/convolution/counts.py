# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How many parameters a layer on images has."""

from math import prod


def linear_parameters(shape, hidden, bias=False):
    """Return the weights of a linear layer from images of `shape` to `hidden` units."""
    return prod(shape) * hidden + bias * hidden


def conv_parameters(kernel, c_in, c_out, groups=1, bias=False):
    """Return the weights of a kernel x kernel convolution in `groups` groups."""
    return kernel * kernel * (c_in // groups) * c_out + bias * c_out
