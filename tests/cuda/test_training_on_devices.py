"""Networks with the same seeds on every device."""

import os
import subprocess
import sys

import numpy as np
import pytest

from needlebook import nn
from needlebook.array import NDArray, cpu, cpu_numpy
from needlebook.autograd import Tensor
from needlebook.backend_selection import BACKEND
from needlebook.experiments import on_devices

pytestmark = [pytest.mark.since("12"), pytest.mark.nd]

IN_NUMPY = """
import numpy as np
from needlebook.backend_selection import cpu
from needlebook.experiments import on_devices
print(on_devices.losses(cpu(), OPTIONS).tolist())
"""


def in_numpy(options=""):
    """The losses in a process whose arrays are NumPy's."""
    done = subprocess.run(
        [sys.executable, "-c", IN_NUMPY.replace("OPTIONS", options)],
        env=os.environ | {"NEEDLEBOOK_BACKEND": "np"},
        capture_output=True,
        text=True,
        check=True,
    )
    return np.array(eval(done.stdout))


@pytest.fixture(autouse=True)
def only_where_arrays_are_ours():
    assert BACKEND == "nd"


def test_a_network_learns_the_same_on_every_device(device):
    wanted = in_numpy()
    others = [d for d in (cpu_numpy(), cpu()) if d.enabled()]
    for each in (*others, device):
        np.testing.assert_allclose(on_devices.losses(each), wanted, rtol=2e-4)


def test_the_losses_differ_where_the_weights_do(device):
    def other(d):
        np.random.rand()
        return on_devices.small_network(d)

    assert (
        np.abs(
            on_devices.losses(device, 2) - on_devices.losses(device, 2, make=other)
        ).max()
        > 1e-3
    )


def tiny_residual_network(device):
    """ResNet9 in small: convolutions with strides, a residual block, a linear layer."""
    options = {"device": device}
    block = nn.Residual(nn.Sequential(nn.ConvBN(4, 4, 3, 1, **options)))
    return nn.Sequential(
        nn.ConvBN(3, 4, 3, 2, **options),
        block,
        nn.Flatten(),
        nn.Linear(64, 1, **options),
    )


def test_a_tiny_residual_network_trains_on_every_device(device):
    options = {
        "steps": 3,
        "batch": 4,
        "make": tiny_residual_network,
        "shape": (3, 8, 8),
    }
    wanted = on_devices.losses(cpu_numpy(), **options)
    for each in [d for d in (cpu(), device) if d.enabled()]:
        np.testing.assert_allclose(
            on_devices.losses(each, **options), wanted, rtol=1e-3
        )


def test_resnet9_trains_alike_on_every_device(device):
    wanted = in_numpy("**on_devices.IMAGES")
    assert wanted[-1] < wanted[0] / 5
    for each in [d for d in (cpu(), cpu_numpy(), device) if d.enabled()]:
        found = on_devices.losses(each, **on_devices.IMAGES)
        np.testing.assert_allclose(found, wanted, rtol=2e-3)


def test_operations_and_layers_have_the_gradients_of_the_reference(device):
    from needlebook import ops

    def gradients(d):
        rng = np.random.default_rng(0)
        x, w = (Tensor(rng.normal(size=s), device=d) for s in ((6, 5), (5, 4)))
        rows = ops.exp(x.sum(axes=1) * 0.1).reshape((6, 1)).broadcast_to((6, 4))
        y = ops.tanh(x @ w) * ops.relu(w.sum(axes=0)).broadcast_to((6, 4)) + rows
        y = (
            ops.reshape(ops.transpose(y), (2, 12)) / 3
            - ops.logsumexp(y, axes=(1,)).sum()
        )
        (y * y).sum().backward()
        assert isinstance(x.grad.realize_cached_data(), NDArray)
        return x.grad.numpy(), w.grad.numpy()

    for ours, theirs in zip(gradients(device), gradients(cpu_numpy()), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)
