# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A line fitted with targets of shape (m, 1), and with targets of shape (m,)."""

import numpy as np

from needlebook import nn, optim
from needlebook.autograd import Tensor


def fitted_slope(column, steps=300):
    """Fit y = 3x; return the slope that was found. `column`: targets (m, 1) or (m,)."""
    x = np.linspace(-1, 1, 32, dtype="float32").reshape(-1, 1)
    target = Tensor(3 * x if column else 3 * x[:, 0], requires_grad=False)
    model = nn.ScaleAdd()
    update = optim.SGD(model.parameters(), lr=0.1)
    for _ in range(steps):
        off = model(Tensor(x, requires_grad=False)) - target
        loss = (off * off).sum() / off.numpy().size
        loss.backward()
        update.step()
    return float(model.s.numpy()[0])
