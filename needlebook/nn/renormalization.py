# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Batch renormalization: values of the running averages, gradients of the batch."""

import numpy as np

from .. import ops
from ..autograd import Tensor
from .normalization import BatchNorm1d


class BatchRenorm1d(BatchNorm1d):
    """Normalize x (m, dim) by the batch, corrected to what the averages would give.

    `r_max`, `d_max`: bounds of the corrections of scale and shift; at 1 and 0 this is
    batch norm. Ioffe 2017.
    """

    def __init__(self, dim, r_max=3.0, d_max=5.0, **options):
        super().__init__(dim, **options)
        self.r_max, self.d_max = r_max, d_max

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        self.check(x)
        array = x.numpy()
        mean, variance = array.mean(0), array.var(0)
        std = np.sqrt(self.running_var.numpy() + self.eps)
        r = np.sqrt(variance + self.eps) / std
        r = r.clip(1 / self.r_max, self.r_max)
        d = (mean - self.running_mean.numpy()) / std
        d = d.clip(-self.d_max, self.d_max)
        self.follow(mean, variance, len(array))
        normal = ops.standardize(x, 0, self.eps)[0]
        corrected = normal * Tensor(r, device=x.device, requires_grad=False)
        corrected = corrected + Tensor(d, device=x.device, requires_grad=False)
        return corrected * self.weight + self.bias
