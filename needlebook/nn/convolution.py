# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Convolution, pooling and batch norm of images (n, c, h, w)."""

import math

from .. import init, ops
from .activations import ReLU
from .containers import Sequential
from .module import Module, Parameter
from .normalization import BatchNorm1d


# isort: skip_file
from ..fused import fused


def channels_last(x):
    """(n, c, h, w) to (n, h, w, c)."""
    return x.transpose((1, 2)).transpose((2, 3))


def channels_first(x):
    """(n, h, w, c) to (n, c, h, w)."""
    return x.transpose((2, 3)).transpose((1, 2))


class Conv(Module):
    """A convolution that keeps height and width at stride 1. Course homework 4.

    `weight`: (k, k, c_in / groups, c_out), drawn first. `bias`: (c_out,), or None.
    `padding`: zeros on each side; None is half of what the kernel reaches over.
    """

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        bias=True,
        device=None,
        dtype="float32",
        *,
        padding=None,
        dilation=1,
        groups=1,
    ):
        super().__init__()
        k, c = kernel_size, in_channels // groups
        self.padding = (k - 1) * dilation // 2 if padding is None else padding
        self.dilation = dilation
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.groups = k, stride, groups
        options = {"device": device, "dtype": dtype}
        drawn = init.kaiming_uniform(
            k * k * c, k * k * out_channels, shape=(k, k, c, out_channels), **options
        )
        self.weight = Parameter(drawn, **options)
        self.bias = None
        if bias:
            bound = 1 / math.sqrt(c * k * k)
            drawn = init.rand(out_channels, low=-bound, high=bound, **options)
            self.bias = Parameter(drawn, **options)

    def forward(self, x):
        options = self.stride, self.padding, self.dilation, self.groups
        x = ops.conv(channels_last(x), self.weight, *options)
        if self.bias is not None:
            x = x + ops.broadcast_to(self.bias, x.shape)
        return channels_first(x)

    def with_bias(self, x):
        """Return what `forward` returns, the bias added by the convolution, or None."""
        if self.bias is None:
            return None
        options = self.stride, self.padding, self.dilation, self.groups
        x = ops.conv_bias(channels_last(x), self.weight, self.bias, *options)
        return channels_first(x)

    forward = fused(forward, with_bias)


class BatchNorm2d(BatchNorm1d):
    """Batch norm of each channel over images and pixels. Course homework 4."""

    def forward(self, x):
        n, c, h, w = x.shape
        rows = channels_last(x).reshape((n * h * w, c))
        return channels_first(super().forward(rows).reshape((n, h, w, c)))


class MaxPool2d(Module):
    """The largest of each size x size window."""

    pool = staticmethod(ops.max_pool)

    def __init__(self, size, stride=None):
        super().__init__()
        self.size, self.stride = size, stride

    def forward(self, x):
        return channels_first(self.pool(channels_last(x), self.size, self.stride))


class AvgPool2d(MaxPool2d):
    """The mean of each size x size window."""

    pool = staticmethod(ops.avg_pool)


class ConvBN(Sequential):
    """Convolution, batch norm, ReLU."""

    def __init__(self, c_in, c_out, kernel_size, stride, device=None, dtype="float32"):
        options = {"device": device, "dtype": dtype}
        super().__init__(
            Conv(c_in, c_out, kernel_size, stride, **options),
            BatchNorm2d(c_out, **options),
            ReLU(),
        )
