# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Training with running averages in place of the batch's own statistics."""

import numpy as np

from needlebook import nn
from needlebook.experiments import normalized as net
from needlebook.nn.renormalization import BatchRenorm1d


class RunningNorm(nn.BatchNorm1d):
    """A batch norm that uses its running averages in training, too."""

    def forward(self, x):
        self.check(x)
        scale = self.weight * (self.running_var + self.eps) ** -0.5
        out = (x - self.running_mean) * scale + self.bias
        if self.training:
            array = x.numpy()
            self.follow(array.mean(0), array.var(0), len(array))
        return out


KINDS = {"batch": nn.BatchNorm1d, "running": RunningNorm, "renorm": BatchRenorm1d}


def bias_gradient(kind, seed=0):
    """Return the largest gradient of a bias before the norm, in a new network."""
    X, y, _, _ = net.digits(seed)
    model = net.mlp([64, 50, 50, 10], KINDS[kind], seed=seed)
    net.loss(model, X[:100], y[:100]).backward()
    linear = [m for m in model.modules if isinstance(m, nn.Linear)]
    return max(float(abs(m.bias.grad.numpy()).max()) for m in linear[:-1])


def final_loss(kind, depth, rate, seed, steps=100):
    """Return the mean loss of the last ten steps; inf where it overflowed."""
    X, y, _, _ = net.digits(seed)
    model = net.mlp([64, *[50] * depth, 10], KINDS[kind], seed=seed)
    with np.errstate(all="ignore"):
        losses = net.fit(model, X, y, steps, rate, seed=seed)
    return float(np.nan_to_num(losses[-10:].mean(), nan=np.inf))
