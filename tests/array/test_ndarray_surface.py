"""Every public name of the array is compared with NumPy: none may be forgotten."""

import copy
import inspect
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needlebook import array as nd
from needlebook.array import NDArray
from needlebook.errors import (
    AllocationError,
    AxisError,
    BackendError,
    DeviceError,
    OperandError,
    ShapeError,
)
from tests.array.drawing import on_every_device, same, views

pytestmark = pytest.mark.since("11")


FEWER = settings(max_examples=min(settings().max_examples, 100))


def axes_of(data, x):
    return tuple(data.draw(st.permutations(range(x.ndim))))


def wider(x):
    return (2, *(3 if size == 1 else size for size in x.shape))


def reversed_rows(x):
    return x[::-1] if x.ndim else x


# name: (data, ours, NumPy's view) -> (ours, NumPy's result, relative bound)
METHODS = {
    "T": lambda data, a, x: (a.T, x.T, 0),
    "astype": lambda data, a, x: (a.astype("bool"), x.astype("bool"), 0),
    "broadcast_to": lambda data, a, x: (
        a.broadcast_to(wider(x)),
        np.broadcast_to(x, wider(x)),
        0,
    ),
    "compact": lambda data, a, x: (a.compact(), x, 0),
    "copy": lambda data, a, x: (a.copy(), x.copy(), 0),
    "exp": lambda data, a, x: (a.exp(), np.exp(x), 1e-6),
    "flat": lambda data, a, x: (a.flat, x.ravel(), 0),
    "flip": lambda data, a, x: (a.flip(tuple(range(x.ndim))), np.flip(x), 0),
    "log": lambda data, a, x: (a.log(), np.log(x), 1e-6),
    "max": lambda data, a, x: (a.max((), True), x.max((), keepdims=True), 0),
    "maximum": lambda data, a, x: (a.maximum(1.0), np.maximum(x, np.float32(1)), 0),
    "mean": lambda data, a, x: (a.mean(()), x.mean(()), 0),
    "numpy": lambda data, a, x: (NDArray(a.numpy()), x, 0),
    "pad": lambda data, a, x: (
        a.pad([(1, 0)] * x.ndim),
        np.pad(x, [(1, 0)] * x.ndim) if x.ndim else x,
        0,
    ),
    "permute": lambda data, a, x: (
        a.permute(axes := axes_of(data, x)),
        x.transpose(axes),
        0,
    ),
    "reshape": lambda data, a, x: (
        a.reshape(*x.shape[::-1]),
        x.reshape(x.shape[::-1]),
        0,
    ),
    "sqrt": lambda data, a, x: (a.sqrt(), np.sqrt(x), 0),
    "sum": lambda data, a, x: (a.sum(()), x.sum(()), 0),
    "swapaxes": lambda data, a, x: (
        (a.swapaxes(0, -1), x.swapaxes(0, -1), 0) if x.ndim else (a, x, 0)
    ),
    "tanh": lambda data, a, x: (a.tanh(), np.tanh(x), 1e-6),
    "to": lambda data, a, x: (a.to(nd.cpu_numpy()), x, 0),
    "transpose": lambda data, a, x: (
        a.transpose(*(axes := axes_of(data, x))),
        x.transpose(axes or None),
        0,
    ),
    "__abs__": lambda data, a, x: (abs(-a), abs(-x), 0),
    "__add__": lambda data, a, x: (a + a, x + x, 0),
    "__eq__": lambda data, a, x: (a == a.maximum(1), x == np.maximum(x, 1), 0),
    "__ge__": lambda data, a, x: (a >= 1, x >= 1, 0),
    "__gt__": lambda data, a, x: (a > 1, x > 1, 0),
    "__le__": lambda data, a, x: (a <= 1, x <= 1, 0),
    "__lt__": lambda data, a, x: (a < 1, x < 1, 0),
    "__mul__": lambda data, a, x: (a * a, x * x, 0),
    "__ne__": lambda data, a, x: (a != a.maximum(1), x != np.maximum(x, 1), 0),
    "__neg__": lambda data, a, x: (-a, -x, 0),
    "__pow__": lambda data, a, x: (a**a, x**x, 1e-6),
    "__radd__": lambda data, a, x: (np.ones(1) + a, x + np.ones(1, "f4"), 0),
    "__rmul__": lambda data, a, x: (3 * a, np.float32(3) * x, 0),
    "__rpow__": lambda data, a, x: (1.5**a, np.float32(1.5) ** x, 1e-6),
    "__rsub__": lambda data, a, x: (3 - a, np.float32(3) - x, 0),
    "__rtruediv__": lambda data, a, x: (3 / a, np.float32(3) / x, 0),
    "__sub__": lambda data, a, x: (a - 2 * a, x - 2 * x, 0),
    "__truediv__": lambda data, a, x: (a / (a + 1), x / (x + 1), 0),
    "__array__": lambda data, a, x: (NDArray(a.__array__()), x, 0),
    "__reduce__": lambda data, a, x: (pickle.loads(pickle.dumps(a)), x, 0),
}
# What has no counterpart of one line, and where it is tested.
ELSEWHERE = {
    "as_strided": "test_windows_by_as_strided",
    "compact_strides": "test_row_major_strides_are_those_of_numpy",
    "make": "test_a_view_made_by_hand",
    "process_slice": "test_slices_with_every_step",
    "is_compact": "test_compact_is_row_after_row_and_copies_only_if_it_must",
    "item": "test_a_number_in_an_array",
    "fill": "test_assignment_through_any_view",
    "shape": "same",
    "strides": "same_view",
    "device": "test_a_copy_stays_on_its_device",
    "dtype": "test_real_numbers_of_every_kind_become_float32",
    "ndim": "test_sizes",
    "size": "test_sizes",
    "nbytes": "test_sizes",
}
FUNCTIONS = {
    "array": lambda a, x, d: (nd.array(x, device=d), x),
    "broadcast_to": lambda a, x, d: (
        nd.broadcast_to(a, wider(x)),
        np.broadcast_to(x, wider(x)),
    ),
    "concatenate": lambda a, x, d: (
        nd.concatenate([nd.reshape(a, (-1,)), NDArray([1.0, 2.0], device=d)]),
        np.concatenate([x.ravel(), np.float32([1, 2])]),
    ),
    "empty": lambda a, x, d: (nd.empty(x.shape, device=d) * 0 == 2, np.zeros(x.shape)),
    "exp": lambda a, x, d: (nd.exp(a * 0), np.exp(x * 0)),
    "flip": lambda a, x, d: (nd.flip(a, None), np.flip(x)),
    "from_dlpack": lambda a, x, d: (nd.from_dlpack(x, device=d), x),
    "full": lambda a, x, d: (nd.full(x.shape, 2.5, device=d), np.full(x.shape, 2.5)),
    "get_item": lambda a, x, d: (nd.get_item(a, (..., None)), x[..., None]),
    "log": lambda a, x, d: (nd.log(a * 0 + 1), np.zeros(x.shape)),
    "matmul": lambda a, x, d: (
        nd.matmul(nd.reshape(a, (1, -1)), nd.ones((x.size, 1), device=d) * 0),
        np.zeros((1, 1)),
    ),
    "maximum": lambda a, x, d: (nd.maximum(0.5, a), np.maximum(np.float32(0.5), x)),
    "ones": lambda a, x, d: (nd.ones(x.shape, device=d), np.ones(x.shape)),
    "ones_like": lambda a, x, d: (nd.ones_like(a), np.ones_like(x)),
    "pad": lambda a, x, d: (nd.pad(a, [(0, 0)] * x.ndim), x),
    "put_item": lambda a, x, d: (nd.put_item(a, ..., x.shape), x),
    "reshape": lambda a, x, d: (nd.reshape(a, x.size), x.ravel()),
    "sqrt": lambda a, x, d: (nd.sqrt(a), np.sqrt(x)),
    "square": lambda a, x, d: (nd.square(a), np.square(x)),
    "stack": lambda a, x, d: (nd.stack([a, -a], -1), np.stack([x, -x], -1)),
    "sum": lambda a, x, d: (
        nd.sum(a * 0, axis=None, keepdims=True),
        0 * x.sum(keepdims=True),
    ),
    "take_along_axis": lambda a, x, d: (
        nd.take_along_axis(nd.reshape(a, -1), np.arange(x.size)[::-1], 0),
        x.ravel()[::-1],
    ),
    "tanh": lambda a, x, d: (nd.tanh(a * 0), x * 0),
    "where": lambda a, x, d: (
        nd.where(a > 1, 0.0, a),
        np.where(x > 1, np.float32(0), x),
    ),
    "zeros": lambda a, x, d: (nd.zeros(x.shape, device=d), np.zeros(x.shape)),
    "zeros_like": lambda a, x, d: (nd.zeros_like(a), np.zeros_like(x)),
}


def public(names):
    return {name for name in names if not name.startswith("_")}


def test_no_public_name_is_forgotten():
    functions = {
        name
        for name in public(vars(nd))
        if inspect.isfunction(getattr(nd, name))
        and getattr(nd, name).__module__ != nd.device.__name__
    }
    assert functions == set(FUNCTIONS)
    methods = public(dir(NDArray)) | {
        name
        for name in vars(NDArray)
        if name.startswith("__") and inspect.isfunction(vars(NDArray)[name])
    }
    known = set(METHODS) | set(ELSEWHERE)
    assert public(known) == public(methods)
    assert {name for name in methods if name.startswith("__")} - known == {
        *("__init__", "__repr__", "__str__", "__len__", "__getitem__", "__setitem__"),
        *("__matmul__", "__rmatmul__", "__float__", "__int__", "__bool__"),
    }


@on_every_device
@pytest.mark.parametrize("name", METHODS)
@FEWER
@given(data=st.data())
def test_methods_on_any_view(device, name, data):
    a, x = data.draw(views(device, elements=(0.25, 3.0)))
    ours, theirs, bound = METHODS[name](data, a, x)
    same(ours, theirs, rtol=bound)


@on_every_device
@pytest.mark.parametrize("name", FUNCTIONS)
@FEWER
@given(data=st.data())
def test_functions_on_any_view(device, name, data):
    a, x = data.draw(views(device, elements=(0.25, 3.0)))
    ours, theirs = FUNCTIONS[name](a, x, device)
    same(ours, theirs)


@given(st.lists(st.integers(0, 4), max_size=6))
def test_row_major_strides_are_those_of_numpy(shape):
    x = np.zeros(shape, dtype="float32")
    ours = NDArray.compact_strides(tuple(shape))
    for size, stride, bytes_ in zip(shape, ours, x.strides):
        assert size == 1 or x.size == 0 or 4 * stride == bytes_


@on_every_device
@given(data=st.data())
def test_a_view_made_by_hand(device, data):
    """`make` allows exactly the views that stay inside of the buffer."""
    shape = tuple(data.draw(st.lists(st.integers(0, 3), max_size=4)))
    strides = tuple(data.draw(st.integers(-5, 5)) for _ in shape)
    offset = data.draw(st.integers(-2, 14))
    x = np.arange(12, dtype="float32")
    a = NDArray(x, device=device)
    places = [
        offset + sum(i * s for i, s in zip(at, strides)) for at in np.ndindex(shape)
    ]
    if all(0 <= place < 12 for place in places or [min(max(offset, -1), 12) % 13 % 12]):
        if places or 0 <= offset <= 12:
            made = NDArray.make(shape, strides, device, a._handle, offset)
            same(made, x[np.array(places, dtype=int)].reshape(shape))
            return
    with pytest.raises(ShapeError, match="reach"):
        NDArray.make(shape, strides, device, a._handle, offset)


@on_every_device
def test_sizes(device):
    a = NDArray(np.zeros((2, 0, 3)), device=device)
    assert (a.ndim, a.size, a.nbytes, len(a)) == (3, 0, 0, 2)
    assert NDArray(np.zeros((2, 3)), device=device).nbytes == 24
    with pytest.raises(OperandError, match="no length"):
        len(NDArray(1.0, device=device))
    assert [row.shape for row in NDArray(np.zeros((2, 3)), device=device)] == 2 * [
        (1, 3)
    ]


@on_every_device
def test_a_copy_stays_on_its_device(device):
    a = NDArray(np.arange(6).reshape(2, 3), device=device).T
    for other in (
        a.copy(),
        copy.copy(a),
        copy.deepcopy(a),
        pickle.loads(pickle.dumps(a)),
    ):
        assert other.device == device and other._handle is not a._handle
        same(other, a.numpy())
    assert copy.deepcopy(device) is device
    with pytest.raises(BackendError, match="'nowhere' is not known"):
        nd.device.device_named("nowhere")


@on_every_device
@pytest.mark.parametrize(
    "dtype", ["float32", "f4", np.float32, np.dtype("float32"), None]
)
def test_names_of_float32(device, dtype):
    assert device.array([1.5], dtype).item() == 1.5
    assert NDArray([1.5], device=device).astype(dtype).item() == 1.5


@on_every_device
@pytest.mark.parametrize("dtype", ["bool", bool, np.bool_])
def test_truth_is_held_as_0_and_1(device, dtype):
    want = np.array([0.0, 1.0, 1.0, 1.0])
    same(device.array([0.0, 2.5, -1.0, np.nan], dtype), want)
    same(NDArray([0.0, 2.5, -1.0, np.nan], device=device).astype(dtype), want)
    same(device.full((2,), 3, dtype), [1.0, 1.0])


REFUSED = {
    "text in place of a dtype": (OperandError, lambda a: a.astype("decimal")),
    "text assigned": (OperandError, lambda a: a.fill("text")),
    "nothing assigned": (OperandError, lambda a: a.__setitem__(0, None)),
    "a complex number assigned": (OperandError, lambda a: a.fill(1j)),
    "a complex number added": (TypeError, lambda a: a + 1j),
    "complex numbers multiplied": (OperandError, lambda a: a * np.array([1j])),
    "the larger of it and text": (OperandError, lambda a: a.maximum("text")),
    "an array filled with text": (OperandError, lambda a: a.device.full((2,), "x")),
    "half a size": (OperandError, lambda a: a.device.empty((2.5,))),
    "half an axis": (OperandError, lambda a: a.sum(0.5)),
    "an axis too many": (AxisError, lambda a: a.max(2)),
    "an axis named twice": (AxisError, lambda a: a.sum((0, -2))),
    "an index of places": (OperandError, lambda a: a[np.array([0, 1])]),
    "half an index": (OperandError, lambda a: a[0.5]),
    "no arrays in a row": (OperandError, lambda a: nd.concatenate([])),
    "no arrays in a stack": (OperandError, lambda a: nd.stack([])),
    "a stack of two shapes": (ShapeError, lambda a: nd.stack([a, a[:1]])),
    "a row of two shapes": (ShapeError, lambda a: nd.concatenate([a, a.T])),
    "negative padding": (OperandError, lambda a: nd.pad(a, [(-1, 0), (0, 0)])),
    "padding without pairs": (OperandError, lambda a: nd.pad(a, [(1,), (0, 0)])),
    "places that are not there": (
        AxisError,
        lambda a: nd.take_along_axis(a, [[9]], 1),
    ),
    "where of other shapes": (ShapeError, lambda a: nd.where(a, a.T, 0.0)),
    "where of numbers alone": (OperandError, lambda a: nd.where(1, 2, 3)),
    "sizes that do not broadcast": (ShapeError, lambda a: a + a.T),
    "a reshape of another size": (ShapeError, lambda a: a.reshape(4)),
    "a stride out of the buffer": (ShapeError, lambda a: a.as_strided((2, 3), (4, 1))),
    "a stride beyond counting": (ShapeError, lambda a: a.as_strided((1,), (2**70,))),
    "one stride too few": (ShapeError, lambda a: a.as_strided((2, 3), (1,))),
    "an empty view elsewhere": (
        ShapeError,
        lambda a: NDArray.make((0,), (1,), a.device, a._handle, 99),
    ),
    "a broadcast sum beyond counting": (
        AllocationError,
        lambda a: (
            a[:1, :1].broadcast_to((2**40, 1)) + a[:1, :1].broadcast_to((1, 2**40))
        ),
    ),
    "a product beyond counting": (
        AllocationError,
        lambda a: (
            a[:1, :1].broadcast_to((2**40, 1)) @ a[:1, :1].broadcast_to((1, 2**40))
        ),
    ),
}


@on_every_device
@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(device, name):
    a = NDArray(np.arange(6).reshape(2, 3), device=device)
    kind, wrong = REFUSED[name]
    with pytest.raises(kind) as caught:
        wrong(a)
    assert "incompatible" not in str(caught.value)
    same(a, np.arange(6).reshape(2, 3))


@on_every_device
def test_devices_do_not_mix_in_rows_and_stacks(device):
    other = nd.device.BackendDevice("elsewhere", nd.backend_numpy)
    a, b = (NDArray(np.eye(2), device=d) for d in (device, other))
    for mix in (nd.concatenate, nd.stack):
        with pytest.raises(DeviceError, match="elsewhere"):
            mix([a, b])
