"""Optimizers whose weights live on a device: the same steps, and nothing comes home."""

import numpy as np
import pytest

from needlebook import optim
from needlebook.array import NDArray
from needlebook.autograd import Tensor

pytestmark = [pytest.mark.since("12"), pytest.mark.nd]

KINDS = [
    (optim.SGD, {"weight_decay": 0.1}),
    (optim.SGD, {"momentum": 0.9, "unbiased": True}),
    (optim.SGD, {"momentum": 0.9, "nesterov": True}),
    (optim.RMSProp, {}),
    (optim.Adam, {"weight_decay": 0.1}),
    (optim.Adam, {"amsgrad": True, "bias_correction": (True, False)}),
    (optim.AdamW, {"weight_decay": 0.1}),
]


def stepped(make, options, device, steps=4):
    """The weights after some steps along drawn gradients."""
    rng = np.random.default_rng(0)
    p = Tensor(rng.normal(size=(3, 5)), device=device)
    optimizer = make([p], lr=0.05, **options)
    for _ in range(steps):
        p.grad = Tensor(rng.normal(size=(3, 5)), device=device, requires_grad=False)
        optimizer.step()
    return p, optimizer


def by_blocks(make, options, steps=4):
    """The same by the optimizer's own `update`, on NumPy arrays."""
    rng = np.random.default_rng(0)
    w = rng.normal(size=(3, 5)).astype("float32")
    optimizer = make([Tensor(w)], lr=0.05, **options)
    averages = [np.zeros((3, 5), "float32") for _ in optimizer.averages]
    for _ in range(steps):
        optimizer.t += 1
        g = rng.normal(size=(3, 5)).astype("float32")
        w = optimizer.in_blocks(w, g, *averages)
    return w


@pytest.mark.parametrize("make, options", KINDS)
def test_steps_on_a_device_are_those_of_the_blocks(device, make, options):
    p, _ = stepped(make, options, device)
    assert isinstance(p.realize_cached_data(), NDArray)
    assert p.realize_cached_data().device == device
    np.testing.assert_allclose(
        p.numpy(), by_blocks(make, options), rtol=1e-5, atol=1e-6
    )


def test_a_step_moves_nothing_over_the_bus(device):
    p, optimizer = stepped(optim.Adam, {}, device, steps=1)
    before = device.counters()
    optimizer.step()
    after = device.counters()
    for name in ("bytes_to_device", "bytes_to_host"):
        assert after[name] == before[name]


def test_an_optimizer_that_only_knows_blocks_puts_its_weights_back(device):
    class Plain(optim.SGD):
        def __getattribute__(self, name):
            if name == "with_arrays":
                raise AttributeError(name)
            return super().__getattribute__(name)

    p, _ = stepped(Plain, {"momentum": 0.9}, device)
    assert p.realize_cached_data().device == device
    wanted = by_blocks(optim.SGD, {"momentum": 0.9})
    np.testing.assert_allclose(p.numpy(), wanted, rtol=1e-5, atol=1e-6)
