"""A Tensor indexes as users of NumPy expect, with gradients, in both modes."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import basic_indices, integer_array_indices

from needlebook import Tensor, ops
from needlebook.array import NDArray, get_item, put_item
from needlebook.derivatives import gradient, jvp
from needlebook.errors import AxisError, GradientMismatch, OperandError
from needlebook.gradcheck import gradcheck
from tests.closeness import DTYPE, close, equal

pytestmark = pytest.mark.since("11")

INDICES = {
    "integer": 1,
    "negative": (-1, -2),
    "slices": (slice(None, None, -1), slice(1, None, 2)),
    "ellipsis": (..., 0),
    "none": (None, 1, ..., None),
    "list": [2, 0, 2],
    "arrays": (np.array([[0], [2]]), np.array([1, 3])),
    "mask": np.arange(12).reshape(3, 4) % 5 == 1,
    "rows": np.array([True, False, True]),
    "mixed": (slice(1, None), np.array([3, 3, 0])),
    "nothing": np.zeros(0, dtype=int),
}


def draws(*shape):
    return np.random.default_rng(5).normal(size=shape).astype(DTYPE)


@pytest.mark.parametrize("name", INDICES)
def test_values_are_those_of_numpy(name):
    x, index = draws(3, 4), INDICES[name]
    equal(Tensor(x)[index].numpy(), x[index])
    assert Tensor(x)[index].shape == x[index].shape


@pytest.mark.parametrize("name", INDICES)
def test_gradients_by_differences_and_of_second_order(name):
    index = INDICES[name]
    x = Tensor(draws(3, 4))
    gradcheck(lambda a: a[index], x, verbose=False)
    slope = gradient(lambda a: (a[index] ** 3).sum())
    gradcheck(slope, Tensor(draws(3, 4)), verbose=False)


@given(st.data())
def test_any_basic_index(data):
    shape = tuple(data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=4)))
    x = draws(*shape)
    index = data.draw(basic_indices(shape, allow_ellipsis=True, allow_newaxis=True))
    equal(Tensor(x)[index].numpy(), x[index])
    back = np.zeros(shape)
    back[index] = 1.0
    tensor = Tensor(x)
    tensor[index].backward()
    equal(tensor.grad.numpy(), back)


@given(st.data())
def test_any_integer_arrays(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    x = draws(*shape)
    index = data.draw(integer_array_indices(shape))
    tensor, back = Tensor(x), np.zeros(shape)
    out = tensor[index]
    equal(out.numpy(), x[index])
    np.add.at(back, index, 1.0)
    out.backward()
    equal(tensor.grad.numpy(), back)


def test_an_element_named_twice_gets_both_adjoints():
    x = Tensor([1.0, 2.0, 3.0])
    x[[0, 0, 2]].backward(Tensor([1.0, 10.0, 100.0]))
    equal(x.grad.numpy(), [11.0, 0.0, 100.0])


def test_values_and_gradients_are_those_of_pytorch():
    torch = pytest.importorskip("torch")
    x, index = draws(5, 3), ([4, 0, 4], slice(None, 2))
    ours, theirs = Tensor(x), torch.tensor(x, requires_grad=True)
    (ours[index] ** 2).sum().backward()
    (theirs[index] ** 2).sum().backward()
    close(ours.grad.numpy(), theirs.grad.numpy())


def test_whole_numbers_in_a_tensor_are_an_index():
    x = draws(4, 2)
    equal(Tensor(x)[Tensor([3.0, 0.0], requires_grad=False)].numpy(), x[[3, 0]])
    with pytest.raises(OperandError, match="whole numbers"):
        Tensor(x)[Tensor([0.5])]


@pytest.mark.parametrize("index", [3, (0, 4), (0, 0, 0), [5], (..., ...)])
def test_what_is_not_there_is_named(index):
    with pytest.raises(AxisError, match=r"\(3, 4\)"):
        Tensor(draws(3, 4))[index]
    with pytest.raises(IndexError):
        Tensor(draws(3, 4))[index]


def test_a_tensor_can_be_walked_over():
    x = draws(3, 2)
    rows = list(Tensor(x))
    assert len(rows) == 3
    equal(np.stack([row.numpy() for row in rows]), x)


def test_tangents():
    x, v = Tensor(draws(3, 4)), Tensor(draws(3, 4) + 1)
    equal(jvp(lambda a: a[1, ::2], [x], [v])[1].numpy(), v.numpy()[1, ::2])


@pytest.mark.nd
def test_a_basic_index_is_a_view_of_the_buffer():
    x = Tensor(draws(3, 4))
    for index in (1, (..., 2), slice(None, None, -1), (None, 0)):
        assert x[index].cached_data._handle is x.cached_data._handle
    assert x[[0]].cached_data._handle is not x.cached_data._handle


def test_picking_rows_needs_no_memory_of_the_size_of_the_table():
    table = NDArray(draws(5000, 20))
    rows = np.array([[3, -1], [3, 4999]])
    get_item(table, rows)
    tracemalloc.start()
    picked = get_item(table, rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    equal(picked.numpy(), table.numpy()[rows])
    assert peak < table.nbytes
    with pytest.raises(AxisError, match="5000"):
        get_item(table, [5000])


@given(st.data())
def test_taking_and_putting_are_each_others_transposes(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    index = data.draw(integer_array_indices(shape) | basic_indices(shape))
    a = NDArray(draws(*shape))
    out = get_item(a, index)
    b = NDArray(draws(*out.shape))
    one = float((out.numpy() * b.numpy()).sum())
    other = float((a.numpy() * put_item(b, index, shape).numpy()).sum())
    assert one == pytest.approx(other, abs=1e-4)


def test_an_adjoint_that_writes_instead_of_adding_is_caught(monkeypatch):
    def overwriting(self, a):
        out = np.zeros(self.shape, dtype=DTYPE)
        out[self.index] = np.asarray(a)
        return Tensor(out).cached_data

    monkeypatch.setattr(ops.PutItem, "compute", overwriting)
    with pytest.raises(GradientMismatch):
        gradcheck(lambda a: a[[0, 0]], Tensor(draws(3)), verbose=False)
