"""ResNet9 as the course has it, trained on every kind of array with the same losses."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from needlebook.fused import loops

pytestmark = [pytest.mark.since("11"), pytest.mark.native, pytest.mark.deep]

CHILD = """
import json, sys
import numpy as np
from needlebook import BACKEND, nn, optim
from needlebook.autograd import Tensor
from needlebook.fused import loops
from needlebook.resnet9 import ResNet9
np.random.seed(0)
rng = np.random.default_rng(0)
network, loss_of = ResNet9(), nn.SoftmaxLoss()
optimizer, losses = optim.SGD(network.parameters(), float(sys.argv[1]), 0.9), []
X = rng.normal(size=(4, 16, 3, 32, 32)).astype("float32")
for x, y in zip(X, rng.integers(10, size=(4, 16))):
    optimizer.reset_grad()
    loss = loss_of(network(Tensor(x, requires_grad=False)), y)
    loss.backward()
    optimizer.step()
    losses.append(loss.numpy().item())
print(json.dumps([BACKEND, loops() is not None, losses]))
"""


def losses(mode, fused, rate=0.05):
    """The first losses of a process in this mode, native loops on or off."""
    settings = {"NEEDLEBOOK_BACKEND": mode, "NEEDLEBOOK_FUSED": str(int(fused))}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(rate)],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    where, native, found = json.loads(done.stdout)
    assert (where, native) == (mode, fused)
    return found


@pytest.fixture(scope="module")
def in_numpy():
    """The specification: NumPy's arrays, readable operations."""
    return losses("np", False)


@pytest.mark.parametrize("mode, fused", [("np", True), ("nd", True), ("nd", False)])
def test_the_losses_are_those_of_numpy(in_numpy, mode, fused):
    if fused and loops() is None:
        pytest.skip("the native part _training was not compiled")
    np.testing.assert_allclose(losses(mode, fused), in_numpy, rtol=2e-3)


def test_the_losses_tell_another_rate(in_numpy):
    other = losses("np", False, rate=0.04)
    assert other[0] == in_numpy[0]
    assert abs(np.divide(other, in_numpy) - 1)[1:].max() > 1e-2
