"""Views share the buffer: pointer and strides are what NumPy would have."""

from itertools import product
from operator import mul

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook.array import NDArray, layout
from needlebook.errors import AxisError, ShapeError
from tests.array.drawing import on_every_device, same, slices, views

pytestmark = pytest.mark.since("11")


def pair(device, *shape):
    theirs = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    return NDArray(theirs, device=device), theirs


def same_view(ours, base, theirs):
    """Assert that `ours` is a view of `base`, with the strides that NumPy has."""
    assert ours._handle is base._handle
    same(ours, theirs)
    for size, stride, bytes_ in zip(ours.shape, ours.strides, theirs.strides):
        assert size <= 1 or ours.size == 0 or 4 * stride == bytes_


@on_every_device
@given(data=st.data())
def test_slices_with_every_step(device, data):
    a, x = pair(device, *data.draw(st.lists(st.integers(0, 4), max_size=4)))
    index = tuple(data.draw(slices(size)) for size in x.shape)
    same_view(a[index], a, x[index])


@on_every_device
def test_an_integer_keeps_its_axis(device):
    a, x = pair(device, 3, 4)
    same_view(a[-1, 2], a, x[2:3, 2:3])
    same_view(a[1], a, x[1:2])
    with pytest.raises(AxisError, match="5 is out of range for axis 1"):
        a[0, 5]
    with pytest.raises(AxisError, match="3 for an array of shape"):
        a[0, 0, 0]


@on_every_device
@given(data=st.data())
def test_transposes(device, data):
    a, x = pair(device, *data.draw(st.lists(st.integers(1, 3), max_size=6)))
    axes = data.draw(st.permutations(range(x.ndim)))
    same_view(a.permute(axes), a, x.transpose(axes))
    same_view(a.T, a, x.T)
    if x.ndim > 1:
        same_view(a.swapaxes(0, -1), a, x.swapaxes(0, -1))


@on_every_device
@given(data=st.data())
def test_broadcasts_have_stride_0(device, data):
    shape = data.draw(st.lists(st.sampled_from([1, 3]), max_size=4))
    a, x = pair(device, *shape)
    big = (2, *[5 if size == 1 else size for size in shape])
    same_view(a.broadcast_to(big), a, np.broadcast_to(x, big))


@on_every_device
@given(data=st.data())
def test_reshape_copies_exactly_where_numpy_does(device, data):
    a, x = data.draw(views(device, max_dims=4))
    sizes = data.draw(st.permutations((*x.shape, 1)))
    merged = data.draw(st.integers(0, len(sizes) - 1))
    shape = (*sizes[:merged], int(np.prod(sizes[merged:])))
    ours, theirs = a.reshape(shape), x.reshape(shape)
    same(ours, theirs)
    if x.size > 1:
        assert (ours._handle is a._handle) == np.shares_memory(theirs, x)


@on_every_device
@pytest.mark.parametrize("rows", [slice(None), slice(0, 2), slice(None, None, -2)])
@pytest.mark.parametrize("columns", [slice(None), slice(0, 4), slice(None, None, 2)])
def test_gaps_between_rows_are_not_read(device, rows, columns):
    a, x = pair(device, 4, 6, 2)
    for ours, theirs in (
        (a[rows, columns], x[rows, columns]),
        (a[columns, rows, ::-1], x[columns, rows, ::-1]),
        (a[rows].T, x[rows].T),
    ):
        for shape in ((-1,), (2, -1), (-1, 2), (1, -1, 2, 1)):
            got, want = ours.reshape(shape), theirs.reshape(shape)
            same(got, want)
            assert (got._handle is a._handle) == np.shares_memory(want, x)


@on_every_device
def test_flat_of_a_compact_array_is_a_view(device):
    a, _ = pair(device, 2, 3)
    a.flat[4] += 10.0
    assert a.numpy()[1, 1] == 14.0
    assert a.flat._handle is a._handle


@on_every_device
def test_windows_by_as_strided(device):
    a, x = pair(device, 6)
    windows = a.as_strided((4, 3), (1, 1))
    same_view(windows, a, np.lib.stride_tricks.sliding_window_view(x, 3))
    with pytest.raises(ShapeError, match="reach from 0 to 6 of a buffer of 6"):
        a.as_strided((5, 3), (1, 1))
    with pytest.raises(ShapeError, match="reach from -1"):
        a.as_strided((2,), (-1,))
    with pytest.raises(ShapeError):
        a.as_strided((2**40, 2**40), (0, 0))
    with pytest.raises(ShapeError):
        a.as_strided((2, 2), (1,))


@on_every_device
def test_writes_where_elements_come_twice_are_refused(device):
    a, _ = pair(device, 6)
    for view in (a.as_strided((4, 3), (1, 1)), a.broadcast_to((2, 6))):
        with pytest.raises(ShapeError, match="holds elements twice"):
            view[:] = 0.0


@given(data=st.data())
def test_overlap_is_never_missed(data):
    shape = tuple(data.draw(st.lists(st.integers(0, 4), max_size=4)))
    strides = tuple(data.draw(st.integers(-6, 6)) for _ in shape)
    places = [sum(i * s for i, s in zip(at, strides)) for at in np.ndindex(shape)]
    if len(set(places)) < len(places):
        assert layout.overlaps_itself(shape, strides)


def test_overlap_of_three_axes_is_never_missed():
    """All strides to 7 of up to three axes: the third must step over both others."""
    for shape in product((1, 2, 3), repeat=3):
        for strides in product((-1, 0, 1, 2, 3, 5, 7), repeat=3):
            at = {sum(map(mul, index, strides)) for index in np.ndindex(shape)}
            missed = len(at) < np.prod(shape)
            assert layout.overlaps_itself(shape, strides) or not missed


@on_every_device
@given(data=st.data())
def test_assignment_through_views(device, data):
    x = np.arange(24, dtype="float32").reshape(4, 6)
    a = NDArray(x, device=device)
    index = data.draw(slices(4)), data.draw(slices(6))
    value = data.draw(st.sampled_from(["number", "array", "view", "broadcast"]))
    part = x[index].copy()
    if value == "number":
        a[index], x[index] = 7.5, 7.5
    elif value == "array":
        a[index], x[index] = part * 2, part * 2
    elif value == "view":
        a[index] = NDArray(part.T * 3, device=device).T
        x[index] = part * 3
    else:
        a[index], x[index] = NDArray([9.0], device=device), 9.0
    same(a, x)


@on_every_device
def test_an_array_assigned_to_itself_reversed(device):
    a, x = pair(device, 5)
    a[:] = a[::-1]
    same(a, x[::-1])
    a[::-1] = a  # the source is compact, and the target is its own buffer
    same(a, x)
    b, y = pair(device, 70, 70)
    b.T.fill(b)
    same(b, y.T)


@on_every_device
@given(data=st.data())
def test_compact_is_row_after_row_and_copies_only_if_it_must(device, data):
    a, x = data.draw(views(device))
    compact = a.compact()
    same(compact, x)
    assert not x.size or layout.is_compact(compact.shape, compact.strides)
    assert (compact is a) == a.is_compact()
    assert a.copy()._handle is not a._handle
