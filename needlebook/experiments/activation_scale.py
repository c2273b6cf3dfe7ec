# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Activations of another size, and the weights that training then finds (L9.Q5)."""

import numpy as np

from needlebook import nn, optim
from needlebook.experiments.dropout_depth import Mask
from needlebook.experiments.minimum_norm import norm_of
from needlebook.experiments.regularized import constants, few_digits, fit


class Scale(nn.Module):
    """Multiplies by a constant."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor


BETWEEN = {
    "nothing": lambda: nn.Identity(),
    "times 1/2": lambda: Scale(0.5),
    "times 2": lambda: Scale(2.0),
    "bare masks, p = 1/2": lambda: Mask(0.5, 0),
    "scaled masks, p = 1/2": lambda: nn.Dropout(0.5),
    "layer norm": lambda: nn.LayerNorm1d(100),
    "batch norm": lambda: nn.BatchNorm1d(100),
}


def after_training(name, seed, lam=0.0, target=0.7, most=3000):
    """Train 64-100-10 by SGD until the loss in evaluation mode is below `target`.

    What `BETWEEN` names stands behind the ReLU. The last weights begin at zero, so that
    all of their norm was learned. Returns (RMS of what they see, their norm, steps).
    """
    X, y, _, _ = few_digits(seed)
    np.random.seed(seed)
    model = nn.Sequential(
        nn.Linear(64, 100), nn.ReLU(), BETWEEN[name](), nn.Linear(100, 10)
    )
    last = model.modules[-1]
    last.weight.data = 0.0 * last.weight.data
    opt = optim.SGD(model.parameters(), lr=0.05, weight_decay=lam)
    inputs, labels = constants(X, y)
    steps = 0
    while steps < most:
        loss = nn.SoftmaxLoss()(model.eval()(inputs), labels)
        if loss.numpy().item() < target:
            break
        fit(model, X, y, opt, 10)
        steps += 10
    model.train()
    seen = nn.Sequential(*model.modules[:-1])(inputs).numpy()
    return float(np.sqrt(np.mean(seen**2))), norm_of([last.weight.numpy()]), steps
