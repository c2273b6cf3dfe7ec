# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Layer norm and batch norm of x (m, dim)."""

import warnings

from .. import init, ops
from ..autograd import Tensor
from ..errors import BatchSizeWarning, ShapeError
from .module import Module, Parameter


class Normalization(Module):
    """What the norms share: a trained scale and shift for each of `dim` features."""

    def __init__(self, dim, eps=1e-5, device=None, dtype="float32"):
        super().__init__()
        self.dim, self.eps = dim, eps
        self.weight = Parameter(init.ones(dim, device=device, dtype=dtype))
        self.bias = Parameter(init.zeros(dim, device=device, dtype=dtype))

    def check(self, x):
        """Raise ShapeError unless x has shape (m, dim) with at least one example."""
        if len(x.shape) != 2 or x.shape[1] != self.dim or not x.shape[0]:
            raise ShapeError(
                f"{type(self).__name__}: wanted (m, {self.dim}) with m > 0, got "
                f"{x.shape}; reshape the input or make the module with its width"
            )


class LayerNorm1d(Normalization):
    """Each row of x (m, dim) with mean 0 and variance 1, then scaled and shifted.

    The same in training and evaluation. Raises ShapeError. Course homework 2.
    """

    def forward(self, x):
        self.check(x)
        return ops.layer_norm(x, self.weight, self.bias, self.eps)


class BatchNorm1d(Normalization):
    """Each column of x (m, dim) with mean 0 and variance 1, then scaled and shifted.

    Training mode takes mean and variance from the batch and moves `running_mean` and
    `running_var` towards them by the share `momentum`; evaluation mode uses these.
    `unbiased`: let `running_var` follow the variance times m / (m - 1), as PyTorch
    does. Warns of a batch of one in training mode. Raises ShapeError. Course
    homework 2.
    """

    def __init__(
        self, dim, eps=1e-5, momentum=0.1, device=None, dtype="float32", unbiased=False
    ):
        super().__init__(dim, eps, device, dtype)
        self.momentum, self.unbiased = momentum, unbiased
        self.running_mean = init.zeros(dim, device=device, dtype=dtype)
        self.running_var = init.ones(dim, device=device, dtype=dtype)

    def forward(self, x):
        self.check(x)
        if not self.training:
            scale = self.weight * (self.running_var + self.eps) ** -0.5
            return (x - self.running_mean) * scale + self.bias
        if x.shape[0] == 1:
            warnings.warn(BatchSizeWarning(ALONE), stacklevel=3)
        batch_norm = ops.BatchNorm(self.eps)
        out = batch_norm(x, self.weight, self.bias)
        out.realize_cached_data()
        self.follow(batch_norm.mean, batch_norm.variance, x.shape[0])
        return out

    def follow(self, mean, variance, m):
        """Move the averages towards the statistics, arrays, of a batch of `m`."""
        if self.unbiased and m > 1:
            variance = variance * (m / (m - 1))
        for name, seen in (("running_mean", mean), ("running_var", variance)):
            old = getattr(self, name)
            kept = (1 - self.momentum) * old.realize_cached_data()
            array = kept + self.momentum * seen.reshape(old.shape)
            setattr(self, name, Tensor.make_const(array.astype(old.dtype)))


ALONE = (
    "BatchNorm1d: a batch of one in training mode is its own mean, so the output is "
    "the bias whatever the input; call eval() for inference, or use larger batches "
    "(warnings.simplefilter('ignore', BatchSizeWarning) turns this off)"
)
