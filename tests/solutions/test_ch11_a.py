"""Solutions 11.1 to 11.3."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook.array import NDArray, layout
from needlebook.solutions.ch11 import diagonal, meets_twice, memory_order

pytestmark = pytest.mark.since("11")


@pytest.mark.parametrize("shape", [(3, 3), (2, 5), (4, 1)])
def test_11_1_the_diagonal_is_a_view(shape):
    x = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    for a, b in ((NDArray(x), x), (NDArray(x)[::-1], x[::-1]), (NDArray(x).T, x.T)):
        found = diagonal(a)
        np.testing.assert_array_equal(found.numpy(), np.diagonal(b))
        assert found._handle is a._handle
    diagonal(a).fill(-1.0)
    assert a.numpy()[0, 0] == -1.0


def test_11_2_orders():
    a = NDArray(np.zeros((2, 3, 4)))
    assert memory_order(a) == (0, 1, 2)
    assert memory_order(a.T) == (2, 1, 0)
    assert memory_order(a[:, ::2]) is None
    assert memory_order(a[:, :, ::-1]) is None


@given(st.permutations(range(4)))
def test_11_2_undoes_any_permutation(axes):
    a = NDArray(np.zeros((2, 3, 4, 5))).permute(axes)
    assert a.permute(memory_order(a)).is_compact()


@given(st.data())
def test_11_3_is_exact_and_the_library_on_its_safe_side(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 4), max_size=4)))
    strides = tuple(data.draw(st.integers(-6, 6)) for _ in shape)
    places = [sum(i * s for i, s in zip(at, strides)) for at in np.ndindex(shape)]
    assert meets_twice(shape, strides) == (len(set(places)) < len(places))
    if meets_twice(shape, strides):
        assert layout.overlaps_itself(shape, strides)


def test_11_3_the_two_differ_where_axes_interleave():
    assert not meets_twice((3, 3), (2, 3)) and layout.overlaps_itself((3, 3), (2, 3))
