# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Networks, trained with the same seeds on any device."""

import numpy as np

from .. import nn, optim
from ..autograd import Tensor
from ..resnet9 import ResNet9


def resnet9(device):
    """The residual network for images (n, 3, 32, 32), its ten outputs joined to one."""
    return nn.Sequential(ResNet9(device=device), nn.Linear(10, 1, device=device))


IMAGES = {"make": resnet9, "shape": (3, 32, 32), "steps": 4, "batch": 8, "lr": 1e-3}


def small_network(device):
    """A residual network of two hidden layers for points of the plane."""
    block = nn.Sequential(nn.Linear(8, 8, device=device), nn.ReLU())
    return nn.Sequential(
        nn.Linear(2, 8, device=device),
        nn.ReLU(),
        nn.Residual(block),
        nn.Linear(8, 1, device=device),
    )


def losses(device, steps=6, batch=12, make=small_network, shape=(2,), lr=0.02):
    """Squared errors of Adam's first steps on `device`; the target is the mean of x.

    `shape`: of one input of the network. Inputs and weights come from NumPy's global
    generator, seeded here.
    """
    np.random.seed(0)
    model = make(device)
    adam = optim.Adam(model.parameters(), lr=lr)
    found = []
    for _ in range(steps):
        x = np.random.randn(batch, *shape).astype("float32")
        y = x.reshape(batch, -1).mean(axis=1, keepdims=True)
        adam.reset_grad()
        error = model(Tensor(x, device=device)) - Tensor(y, device=device)
        loss = (error * error).sum() / batch
        loss.backward()
        adam.step()
        found.append(loss.numpy().item())
    return np.array(found)
