"""The library's kernels under the checking build: nothing is found in them."""

import numpy as np
import pytest

from needlebook import simt
from needlebook.array import BackendDevice, NDArray
from needlebook.array.indexing import get_item, put_item, where

pytestmark = pytest.mark.since("12")


@pytest.fixture(scope="module")
def device():
    return BackendDevice("cuda_check", simt.module("ndarray_backend_cuda", "check"))


def draws(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def moves(device):
    a = NDArray(draws(3, 20, 35), device=device)
    a.permute((0, 2, 1)).compact()
    a[:, ::-1, ::2].compact()
    a[1:, 2:9, ::5] = 1.0
    a[0] = a[1]
    a.fill(2.0)


def elementwise(device):
    a, b = (NDArray(draws(7, 5, seed=k), device=device) for k in (0, 1))
    (a + b).exp().maximum(b[:, :1]) * 0.5 - b.T.reshape((7, 5))


def reductions(device):
    for shape, axis in [((9, 3), 1), ((5, 70), 1), ((5000,), 0), ((400, 12), 0)]:
        a = NDArray(draws(*shape), device=device)
        assert abs(a.sum(axis=axis).numpy() - a.numpy().sum(axis=axis)).max() < 1e-3
        assert (a.max(axis=axis).numpy() == a.numpy().max(axis=axis)).all()


def products(device):
    for m, n, p in [(3, 4, 5), (70, 19, 65), (5, 600, 3), (130, 9, 257)]:
        a, b = NDArray(draws(n, m), device=device), NDArray(draws(n, p), device=device)
        found = a.T @ b
        assert abs(found.numpy() - a.numpy().T @ b.numpy()).max() < 1e-3


def indexing(device):
    a = NDArray(draws(9, 40), device=device)
    places = [0, 8, 3, 3, 3]
    rows = get_item(a, places)
    assert (rows.numpy() == a.numpy()[places]).all()
    back = where(rows > 0, rows, -rows)
    wanted = np.zeros((9, 40), "float32")
    np.add.at(wanted, places, abs(rows.numpy()))
    assert abs(put_item(back, places, (9, 40)).numpy() - wanted).max() < 1e-5


@pytest.mark.parametrize("work", [moves, elementwise, reductions, indexing, products])
def test_nothing_is_found(device, work):
    report = simt.check(lambda: work(device))
    assert not report.findings, report


def test_a_view_that_reaches_out_of_its_buffer_is_found_and_named(device):
    """The planted fault: strides that a caller got wrong, past the check in Python."""
    a, out = NDArray(draws(4, 6), device=device), device.empty((24,))

    def compact(*strides):
        device.mod.compact(a._handle, out._handle, (4, 6), strides, 0)

    assert not simt.check(lambda: compact(1, 4)).findings
    found = simt.check(lambda: compact(1, 5)).findings
    assert {(each.kind, each.kernel) for each in found} == {
        ("out of bounds", "copy_view")
    }
    assert found[0].where.file == "needlebook/native/cuda/backend_moves.cuh"
