# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Layers of weights, and what brings images into their shape."""

from math import prod

from .. import init
from ..errors import ShapeError
from .module import Module, Parameter


class Linear(Module):
    """x W + b, for x (..., in_features). Weights are drawn first, then the bias.

    `weight`: (in_features, out_features). `bias`: (1, out_features), or None. Both
    Kaiming uniform, the bias with fan_in = out_features as the course pins it.
    """

    def __init__(
        self, in_features, out_features, bias=True, device=None, dtype="float32"
    ):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        options = {"device": device, "dtype": dtype}
        weight = init.kaiming_uniform(in_features, out_features, **options)
        self.weight = Parameter(weight, **options)
        self.bias = None
        if bias:
            drawn = init.kaiming_uniform(out_features, 1, **options)
            self.bias = Parameter(drawn.reshape((1, out_features)), **options)

    def forward(self, x):
        if len(x.shape) < 2 or x.shape[-1] != self.weight.shape[0]:
            raise ShapeError(
                f"Linear({self.in_features}, {self.out_features}): got input of shape "
                f"{x.shape}, wanted (..., {self.weight.shape[0]}) with a row for each "
                "example"
            )
        x = x @ self.weight
        return x + self.bias if self.bias is not None else x


class Flatten(Module):
    """All axes but the first become one."""

    def forward(self, x):
        return x.reshape((x.shape[0], prod(x.shape[1:])))
