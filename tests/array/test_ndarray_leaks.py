"""Thousands of operations, and errors among them, leave no memory behind."""

import gc
import tracemalloc

import numpy as np
import pytest

from needlebook import Tensor
from needlebook import array as nd
from needlebook.array import NDArray
from needlebook.errors import NeedlebookError
from tests.array.drawing import DEVICES, NAMES

pytestmark = pytest.mark.since("11")
on_every_device = pytest.mark.parametrize("device", DEVICES, ids=NAMES)

OPERATIONS = [
    lambda a: (a + a.T, a * 2.0, a[::2] - a[1::2], 1.0 / (a + 1.0), a**2.0),
    lambda a: (a.exp(), (a + 1.0).log(), a.tanh(), a.sqrt(), -a.T, abs(a)),
    lambda a: (a > 3.0, a.maximum(a.T), a == a, a.astype("bool")),
    lambda a: (a.sum(), a.sum(0), a.T.max(1), a.mean((0, 1)), a.max(keepdims=True)),
    lambda a: (a @ a, a.T @ a, a @ a[0].reshape(8), a.reshape(2, 4, 8) @ a),
    lambda a: (a.flip(0), a.pad(((1, 2), (0, 1))), a.copy(), a.T.reshape(-1)),
    lambda a: (nd.stack([a, a]), nd.concatenate([a, a.T]), nd.where(a, a, 0.0)),
    lambda a: (nd.get_item(a, [1, 1, 0]), nd.get_item(a, (0, slice(None, None, -1)))),
    lambda a: (
        nd.put_item(a, slice(None), a.shape),
        nd.put_item(a[:2], [1, 1], (8, 8)),
    ),
    lambda a: (np.asarray(a.T), a.numpy(), nd.from_dlpack(np.ones((3, 2), "f4").T)),
    lambda a: a.copy().__setitem__((slice(None), 0), a[:, 1]),
]
ERRORS = [
    lambda a: a + a[:, :3],
    lambda a: a @ a[:3],
    lambda a: a.as_strided((9, 9), (8, 1)),
    lambda a: a.broadcast_to((2, 8, 8)).fill(0.0),
    lambda a: a[0].broadcast_to((2**58, 8)).copy(),
    lambda a: a.fill("text"),
    lambda a: a.sum(7),
]


def round_of_work(a):
    for work in OPERATIONS:
        work(a)
    for wrong in ERRORS:
        with pytest.raises(NeedlebookError):
            wrong(a)
    x = Tensor(a, device=a.device)
    ((x[[0, 0]] * x[1:3]) @ x).sum().backward()


def held(device):
    """Return (arrays, bytes of Python, bytes of the pool) that are held now."""
    gc.collect()
    arrays = sum(type(thing) is NDArray for thing in gc.get_objects())
    counters = getattr(device.mod, "pool_counters", dict)
    return arrays, tracemalloc.get_traced_memory()[0], counters().get("live", 0)


def growth(device, rounds):
    """Return how much more of each is held after some rounds of work."""
    a = NDArray(np.arange(64).reshape(8, 8), device=device)
    tracemalloc.start()
    try:
        for _ in range(20):
            round_of_work(a)
        before = held(device)
        for _ in range(rounds):
            round_of_work(a)
        return [now - then for now, then in zip(held(device), before)]
    finally:
        tracemalloc.stop()


@pytest.mark.nd
@on_every_device
def test_memory_is_flat_over_thousands_of_operations(device):
    """Some fifty operations a round. Python keeps the memory of a few tuples for later,
    so its bytes are bounded from above by less than one array of 8 x 8 a round."""
    arrays, python, pool = growth(device, 100)
    assert arrays == pool == 0 and python < 256 * 100


@pytest.mark.nd
@on_every_device
def test_a_buffer_kept_in_each_round_is_noticed(device, monkeypatch):
    """The planted fault: one operation holds on to what it made."""
    kept = []
    monkeypatch.setitem(
        globals(), "OPERATIONS", [*OPERATIONS, lambda a: kept.append(a.exp())]
    )
    arrays, python, pool = growth(device, 50)
    assert arrays == 50
    assert pool >= 50 * 256 or python >= 50 * 256 or device.name.startswith("cuda")
