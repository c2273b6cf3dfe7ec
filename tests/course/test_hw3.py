"""What code written for homework 3 of the course relies on: the array surface."""

import numpy as np
import pytest

import needlebook as ndl
from needlebook import backend_ndarray as nd
from needlebook.backend_ndarray import ndarray_backend_numpy
from needlebook.errors import NeedlebookError

pytestmark = [pytest.mark.since("11"), pytest.mark.nd]
DEVICES = [device for device in nd.all_devices() if device.enabled()]
on_every_device = pytest.mark.parametrize("device", DEVICES, ids=repr)


def draw(device, *shape):
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    return nd.array(x, device=device), x


def same_strides(ours, theirs):
    np.testing.assert_array_equal(ours.numpy(), theirs)
    assert tuple(4 * stride for stride in ours.strides) == theirs.strides


def test_names_at_the_top():
    for name in ("backend_ndarray", "cpu_numpy", "default_device", "Device"):
        assert hasattr(ndl, name), name
    assert ndl.NDArray is nd.NDArray


def test_devices():
    names = [device.name for device in nd.all_devices()]
    assert {"cpu", "cpu_numpy"} <= set(names)
    for device in nd.all_devices():
        assert repr(device) == f"{device.name}()"
        assert device.enabled() or device.why_missing
    assert nd.cpu_numpy() == nd.cpu_numpy() and nd.cpu_numpy() != nd.cpu()
    assert nd.default_device().enabled()


@on_every_device
def test_makers_of_a_device(device):
    assert device.empty((2, 3)).shape == (2, 3)
    assert (device.full((2,), 3.0).numpy() == 3.0).all()
    assert device.one_hot(4, 2).numpy().tolist() == [0, 0, 1, 0]
    assert device.randn(2, 3).shape == device.rand(2, 3).shape == (2, 3)
    assert device.mod.__tile_size__ >= 1


@on_every_device
def test_reshape_permute_broadcast_never_copy(device):
    a, x = draw(device, 8, 2)
    for ours, theirs in (
        (a.reshape((4, 4)), x.reshape(4, 4)),
        (a.permute((1, 0)), x.transpose(1, 0)),
        (a.reshape((8, 1, 2)).broadcast_to((8, 3, 2)), None),
    ):
        assert ours._handle.ptr() == a._handle.ptr()
        if theirs is not None:
            same_strides(ours, theirs)
    assert a.reshape((8, 1, 2)).broadcast_to((8, 3, 2)).strides == (2, 0, 1)
    with pytest.raises(ValueError):
        a.reshape((3, 5))


@on_every_device
def test_slices_keep_the_rank(device):
    a, x = draw(device, 8, 8)
    for index in (np.s_[1:4, 2:8:3], np.s_[:, 3:4], np.s_[0:8:2, :]):
        same_strides(a[index], x[index])
    assert a[3, 4].shape == (1, 1) and a[2, 0:4].shape == (1, 4)
    b, y = draw(device, 4, 4)
    b[1:3, 0:2], y[1:3, 0:2] = 5.0, 5.0
    b[0, :], y[0:1, :] = nd.array(x[:1, :4], device=device), x[:1, :4]
    np.testing.assert_array_equal(b.numpy(), y)


@on_every_device
def test_make_and_fields(device):
    a = nd.NDArray.make((2, 3), device=device)
    assert (a._shape, a._strides, a._offset) == ((2, 3), (3, 1), 0)
    assert a._device == device and a.is_compact() and a.size == 6
    assert a.ndim == 2 and a.dtype == "float32"
    assert nd.NDArray.compact_strides((2, 3, 4)) == (12, 4, 1)
    assert not a.permute((1, 0)).is_compact()
    assert a.permute((1, 0)).compact().is_compact()


@on_every_device
def test_arithmetic_and_comparisons(device):
    a, x = draw(device, 3, 4)
    b, y = draw(device, 3, 4)
    for ours, theirs in (
        (a + b, x + y),
        (a - 1.5, x - 1.5),
        (a / (b * b + 1), x / (y * y + 1)),
        (a**2, x**2),
        (-a, -x),
        (a == b, x == y),
        (a >= 0.0, x >= 0.0),
        (a.maximum(0.0), np.maximum(x, 0)),
        (nd.exp(a), np.exp(x)),
        (nd.tanh(a), np.tanh(x)),
        (nd.log(a * a + 1), np.log(x * x + 1)),
        (a @ b.permute((1, 0)), x @ y.T),
    ):
        np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-5, atol=1e-5)


@on_every_device
@pytest.mark.parametrize("axis", [0, 1, (1,), None])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(device, axis, keepdims):
    a, x = draw(device, 4, 5)
    for name in ("sum", "max"):
        want = getattr(x, name)(axis=axis, keepdims=keepdims)
        got = getattr(a, name)(axis=axis, keepdims=keepdims)
        np.testing.assert_allclose(got.numpy().reshape(want.shape), want, rtol=1e-5)
    assert a.sum().shape == (1,)
    assert nd.sum(a, axis=1).shape == (4,)


@on_every_device
def test_flip_and_pad(device):
    a, x = draw(device, 2, 3, 4)
    np.testing.assert_array_equal(nd.flip(a, (0, 2)).numpy(), np.flip(x, (0, 2)))
    np.testing.assert_array_equal(a.flip((1,)).numpy(), np.flip(x, 1))
    widths = ((0, 0), (1, 2), (3, 0))
    np.testing.assert_array_equal(a.pad(widths).numpy(), np.pad(x, widths))


@on_every_device
def test_numerical_gradients_write_through_flat(device):
    t = ndl.Tensor(np.ones((2, 3)), device=device)
    t.realize_cached_data().flat[4] += 1e-2
    assert t.numpy().ravel()[4] == np.float32(1.01)


def test_kernels_by_the_course_s_signatures():
    mod = ndarray_backend_numpy
    a, b, out = mod.Array(6), mod.Array(6), mod.Array(6)
    mod.from_numpy(np.arange(6, dtype="float32"), a)
    mod.fill(b, 2.0)
    mod.ewise_add(a, b, out)
    assert mod.to_numpy(out, (2, 3), (3, 1), 0).tolist() == [[2, 3, 4], [5, 6, 7]]
    small = mod.Array(2)
    mod.reduce_max(out, small, 3)
    assert mod.to_numpy(small, (2,), (1,), 0).tolist() == [4, 7]
    mod.compact(a, out, (3, 2), (1, 3), 0)
    assert mod.to_numpy(out, (6,), (1,), 0).tolist() == [0, 3, 1, 4, 2, 5]
    assert a.size == 6 and mod.__device_name__ == "cpu_numpy"


@on_every_device
def test_backward_and_batched_products(device):
    a = ndl.Tensor(np.ones((5, 2, 3)), device=device)
    b = ndl.Tensor(np.ones((3, 4)), device=device)
    (a @ b).sum().backward()
    assert a.grad.shape == (5, 2, 3) and b.grad.shape == (3, 4)
    assert (b.grad.numpy() == 10.0).all() and isinstance(a.grad.cached_data, nd.NDArray)
    assert ndl.init.randb(2, 3, device=device).dtype == "float32"


def test_an_unknown_backend_is_refused():
    assert issubclass(ndl.errors.BackendError, NeedlebookError)
    assert issubclass(ndl.errors.BackendError, RuntimeError)
