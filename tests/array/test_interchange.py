"""To and from NumPy, PyTorch, lists and numbers; what is refused, and how."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook import array as nd
from needlebook.array import NDArray
from needlebook.array import device as devices
from needlebook.errors import (
    AllocationError,
    BackendError,
    DeviceError,
    OperandError,
    ShapeError,
)
from tests.array.drawing import DEVICES, on_every_device, same, strided, views

pytestmark = pytest.mark.since("11")
HOSTS = [d for d in DEVICES if getattr(d.mod, "__host__", False)]
on_host = pytest.mark.parametrize("device", HOSTS, ids=[d.name for d in HOSTS])


@on_every_device
@pytest.mark.parametrize(
    "source",
    [3, 2.5, True, [1, 2], [[1.0], [2.0]], [], np.arange(3), np.eye(2) > 0]
    + [np.float64(0.1), np.zeros((0, 3)), np.arange(6).reshape(2, 3)[::-1, ::-2]],
)
def test_real_numbers_of_every_kind_become_float32(device, source):
    array = NDArray(source, device=device)
    same(array, np.asarray(source))
    assert array.dtype == "float32" and array.is_compact()


@on_every_device
@pytest.mark.parametrize("source", [1j, "text", [None], [[1], [1, 2]], {1: 2}])
def test_what_is_no_real_number_is_refused(device, source):
    with pytest.raises(OperandError, match="array: "):
        NDArray(source, device=device)


@on_every_device
def test_another_dtype_is_refused_when_it_is_asked_for(device):
    for dtype in ("float64", "int32", np.float16):
        with pytest.raises(OperandError, match="NEEDLEBOOK_BACKEND=np"):
            device.array([1.0], dtype)
        with pytest.raises(OperandError, match="arrays hold float32"):
            NDArray([1.0], device=device).astype(dtype)
    assert device.array([True, False], "bool").dtype == "float32"


@on_every_device
def test_large_integers_round_as_float32_does(device):
    assert NDArray(2**24 + 1, device=device).item() == 2.0**24


@on_every_device
@given(data=st.data())
def test_numpy_returns_a_copy(device, data):
    a, x = data.draw(views(device))
    copy = a.numpy()
    copy[...] = 99.0
    same(a, x)


@on_host
@given(data=st.data())
def test_asarray_shares_the_buffer_whatever_the_strides(device, data):
    a, x = data.draw(views(device))
    view = np.asarray(a)
    np.testing.assert_array_equal(view, x)
    address = a._handle.ptr() + 4 * a._offset
    assert not a.size or view.__array_interface__["data"][0] == address
    assert view.flags.writeable != nd.layout.overlaps_itself(a.shape, a.strides)


@on_host
def test_a_write_through_numpy_is_seen_and_a_copy_is_not(device):
    a = NDArray([1.0, 2.0], device=device)
    np.asarray(a)[0] = 5.0
    np.array(a)[1] = 6.0
    assert a.numpy().tolist() == [5.0, 2.0]
    assert np.asarray(a, dtype="float64").dtype == np.float64
    with pytest.raises(ValueError, match="need a copy"):
        a.__array__("float64", copy=False)


@on_host
def test_the_buffer_lives_as_long_as_somebody_looks_at_it(device):
    a = NDArray(np.arange(1000.0), device=device)
    gone, view = weakref.ref(a), np.asarray(a)[::2]
    del a
    gc.collect()
    assert gone() is not None and view.sum() == 2 * sum(range(500))
    del view
    gc.collect()
    assert gone() is None


@on_host
def test_dlpack_to_numpy_and_pytorch_without_a_copy(device):
    torch = pytest.importorskip("torch")
    a = NDArray(np.arange(12).reshape(3, 4), device=device)
    for view in (a, a.T, a[1:, ::2]):
        theirs, array = torch.from_dlpack(view), np.from_dlpack(view)
        address = view._handle.ptr() + 4 * view._offset
        assert theirs.data_ptr() == address == array.__array_interface__["data"][0]
        assert theirs.stride() == view.strides
        np.testing.assert_array_equal(theirs.numpy(), view.numpy())
    assert torch.from_dlpack(a).sum() == a.sum().item()


@on_host
def test_dlpack_from_pytorch_and_numpy_without_a_copy(device):
    torch = pytest.importorskip("torch")
    here = device
    theirs = torch.arange(12.0).reshape(3, 4)
    ours = nd.from_dlpack(theirs.T, device=here)
    assert ours.strides == (1, 4) and ours._handle.ptr() == theirs.data_ptr()
    ours[0, 0] = 50.0
    assert theirs[0, 0] == 50.0
    x = np.arange(6, dtype="float32")[::-2]
    mine = nd.from_dlpack(x, device=here)
    same(mine, x)
    mine[0] = -1.0
    assert x[0] == -1.0
    keeps = weakref.ref(theirs)
    del theirs
    assert keeps() is None and ours.numpy()[1, 0] == 1.0


@on_host
@given(data=st.data())
def test_whatever_the_strides_memory_is_borrowed_and_lent(device, data):
    shape = tuple(data.draw(st.lists(st.integers(1, 3), max_size=6)))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    _, x = strided(data.draw, device, rng.normal(size=shape).astype("float32"))
    ours = nd.from_dlpack(x, device=device)
    same(ours, x)
    ours.fill(2.5)
    assert (x == 2.5).all()
    again = np.from_dlpack(ours)
    assert again.ctypes.data == x.ctypes.data and np.array_equal(again, x)


@on_host
def test_what_cannot_be_shared_is_copied(device):
    here, locked = device, np.ones(3, dtype="float32")
    locked.flags.writeable = False
    between = np.zeros(13, dtype="uint8")[1:].view("float32")
    swapped = np.ones(3, dtype=np.dtype("float32").newbyteorder())
    gaps = np.zeros(3, dtype=[("x", "f4"), ("y", "u1")])["x"]
    for source in (np.ones(3), np.arange(3), locked, between, swapped, gaps):
        ours = nd.from_dlpack(source, device=here)
        same(ours, source)
        ours[0] = 7.0
        assert source[0] != 7.0 and ours.numpy()[0] == 7.0


@on_every_device
def test_a_number_in_an_array(device):
    assert float(NDArray([[2.5]], device=device)) == 2.5
    assert int(NDArray(3, device=device)) == 3 and bool(NDArray([1], device=device))
    with pytest.raises(OperandError, match="no number"):
        NDArray([1, 2], device=device).item()


def other_device():
    return devices.BackendDevice("elsewhere", nd.backend_numpy)


@pytest.mark.parametrize(
    "mix",
    [
        lambda a, b: a + b,
        lambda a, b: a @ b,
        lambda a, b: a.__setitem__(slice(None), b),
        lambda a, b: nd.where(a, b, a),
        lambda a, b: a.maximum(b),
    ],
)
def test_arrays_on_two_devices_do_not_mix(mix):
    a, b = (NDArray(np.eye(2), device=d) for d in (nd.cpu_numpy(), other_device()))
    with pytest.raises(DeviceError, match=r"cpu_numpy\(\), the other on elsewhere"):
        mix(a, b)
    same(a + b.to(nd.cpu_numpy()), 2 * np.eye(2))


@on_every_device
def test_sizes_beyond_memory_and_beyond_counting(device):
    with pytest.raises(AllocationError, match="which .* cannot give"):
        device.empty((2**50, 2**10))
    for shape in ((2**62,), (2**40, 2**40), (0, 2**62)):
        with pytest.raises(ShapeError, match="more elements than can be counted"):
            device.empty(shape)
    with pytest.raises(ShapeError, match="negative size"):
        device.empty((2, -1))
    with pytest.raises(AllocationError):
        NDArray([1.0], device=device).broadcast_to((2**60,)).compact()


def test_a_missing_device_remembers_why_and_says_it():
    missing = devices.load("nowhere", "..no_such_backend")
    assert not missing.enabled() and "no_such_backend" in missing.why_missing
    with pytest.raises(BackendError, match="nowhere: not available: .*no_such_backend"):
        missing.zeros(2)
    assert missing != nd.cpu_numpy() and repr(missing) == "nowhere()"


@on_every_device
def test_the_device_makes_arrays(device):
    same(device.zeros(2, 3), np.zeros((2, 3)))
    same(device.ones(2), [1, 1])
    same(device.full((2,), 7), [7, 7])
    assert device.empty((2, 1)).shape == (2, 1)
    same(device.one_hot(3, np.array([2, 0])), [[0, 0, 1], [1, 0, 0]])
    np.random.seed(3)
    want = np.random.rand(2, 2), np.random.randn(3)
    np.random.seed(3)
    same(device.rand(2, 2), want[0])
    same(device.randn(3), want[1])
    assert device == devices.BackendDevice(device.name, None) and hash(device)


def test_borrowed_memory_without_its_offset_is_caught(monkeypatch):
    """The planted fault: strides of a reversed array without the place of its start."""
    x = np.arange(4, dtype="float32")[::-1]
    same(nd.from_dlpack(x, device=nd.cpu_numpy()), x)
    monkeypatch.setattr(nd.interchange, "extent", lambda shape, s: (0, 3))
    with pytest.raises((AssertionError, ShapeError)):
        same(nd.from_dlpack(x, device=nd.cpu_numpy()), x)
