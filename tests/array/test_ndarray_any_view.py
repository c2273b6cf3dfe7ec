"""Two views of any strides meet: powers, products, assignment, picking, stacking."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import (
    basic_indices,
    integer_array_indices,
    mutually_broadcastable_shapes,
)

from needlebook import array as nd
from needlebook.array import NDArray
from needlebook.errors import (
    ShapeError,
)
from tests.array.drawing import on_every_device, same, strided, views

pytestmark = pytest.mark.since("11")


@on_every_device
@given(data=st.data())
def test_powers_of_two_views(device, data):
    shapes = data.draw(
        mutually_broadcastable_shapes(num_shapes=2, max_dims=6, max_side=3, min_side=0)
    ).input_shapes
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    (a, x), (b, y) = (
        strided(data.draw, device, rng.uniform(0.2, 3, shape).astype("f4"))
        for shape in shapes
    )
    same(a**b, x**y, rtol=1e-6)


SPECIAL = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-45, 3e38]


@on_every_device
@given(data=st.data())
def test_zeros_with_signs_infinities_and_nan(device, data):
    """No NaN has a sign that counts; each zero has."""
    one, two = (
        np.float32(
            data.draw(st.lists(st.sampled_from(SPECIAL), min_size=6, max_size=6))
        )
        for _ in range(2)
    )
    (a, x), (b, y) = (
        strided(data.draw, device, part.reshape(2, 3)) for part in (one, two)
    )
    with np.errstate(all="ignore"):
        for ours, theirs in (
            (a + b, x + y),
            (a - b, x - y),
            (a * b, x * y),
            (a / b, x / y),
            (a == b, x == y),
            (a != b, x != y),
            (a < b, x < y),
            (a >= b, x >= y),
            (-a, -x),
            (a.sqrt(), np.sqrt(x)),
            (nd.where(a, b, 1.0), np.where(x, y, np.float32(1))),
            (nd.flip(a, 1), np.flip(x, 1)),
        ):
            assert ours.shape == theirs.shape
            got, want = ours.numpy(), theirs.astype("float32")
            np.testing.assert_array_equal(got, want)
            there = ~np.isnan(want)
            np.testing.assert_array_equal(
                np.signbit(got)[there], np.signbit(want)[there]
            )
        for ours, theirs in (
            (a.maximum(b), np.maximum(x, y)),
            (a.max(1), x.max(1)),
            (a.max((0, 1)), x.max()),
            (a.exp(), np.exp(x)),
            (a.log(), np.log(x)),
            (a.tanh(), np.tanh(x)),
        ):
            np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-6)


@on_every_device
@given(data=st.data())
def test_products_of_any_strides(device, data):
    m, n, p = (data.draw(st.integers(0, 5)) for _ in range(3))
    stacks = data.draw(
        mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=2, min_side=0)
    ).input_shapes
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    whole = [
        rng.integers(-8, 9, (*stacks[0], m, n)),
        rng.integers(-8, 9, (*stacks[1], n, p)),
    ]
    (a, x), (b, y) = (strided(data.draw, device, w.astype("f4")) for w in whole)
    same(a @ b, x @ y + np.float32(0))
    same(a @ y, x @ y + np.float32(0))
    same(NDArray.__rmatmul__(b, x), x @ y + np.float32(0))


@on_every_device
@given(data=st.data())
def test_assignment_through_any_view(device, data):
    a, x = data.draw(views(device))
    if nd.layout.overlaps_itself(a.shape, a.strides):
        with pytest.raises(ShapeError, match="holds elements twice"):
            a.fill(0.0)
        return
    x = x.copy()
    source, theirs = strided(data.draw, device, np.negative(x) * 2)
    a.fill(source)
    same(a, theirs)
    a.fill(7)
    same(a, np.full(x.shape, 7))
    a[()] = x
    same(a, x)


@on_every_device
@given(data=st.data())
def test_get_item_and_put_item_on_any_view(device, data):
    a, x = data.draw(views(device, max_dims=4))
    index = data.draw(
        basic_indices(x.shape, allow_newaxis=True)
        if not x.size
        else basic_indices(x.shape, allow_newaxis=True) | integer_array_indices(x.shape)
        if x.ndim
        else basic_indices(x.shape, allow_newaxis=True)
    )
    same(nd.get_item(a, index), x[index])
    back = np.zeros(x.shape, dtype="float32")
    np.add.at(back, index, np.ones(x[index].shape, dtype="float32"))
    ones = nd.ones(x[index].shape, device=device)
    same(nd.put_item(ones, index, x.shape), back)
    mask = x > 0
    same(nd.get_item(a, mask), x[mask])


@on_every_device
@given(data=st.data())
def test_take_along_any_axis(device, data):
    a, x = data.draw(views(device, min_dims=1, max_dims=4))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    length, shape = x.shape[axis], list(x.shape)
    shape[axis] = data.draw(st.integers(0, 3)) if length else 0
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    places = rng.integers(-length, max(length, 1), size=shape)
    same(nd.take_along_axis(a, places, axis), np.take_along_axis(x, places, axis))


@on_every_device
@given(data=st.data())
def test_stacks_and_chains_along_any_axis(device, data):
    a, x = data.draw(views(device))
    axis = data.draw(st.integers(-x.ndim - 1, x.ndim))
    same(nd.stack([a, -a, a], axis), np.stack([x, -x, x], axis))
    for axis in range(x.ndim):
        part = tuple(slice(None) if i != axis else slice(0, 1) for i in range(x.ndim))
        same(
            nd.concatenate([a[part], a, a[part]], axis),
            np.concatenate([x[part], x, x[part]], axis),
        )
    where = nd.where(a > 0, a, nd.flip(a, None)), np.where(x > 0, x, np.flip(x))
    same(*where)
