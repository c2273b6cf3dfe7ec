"""Operations that move pixels: values, transposes of each other, tuples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook import ops
from needlebook.autograd import Tensor, TensorTuple
from needlebook.errors import GradientMismatch, ShapeError
from needlebook.experiments.planted_faults import planted
from needlebook.gradcheck import gradcheck
from needlebook.ops.windows import windows
from tests.closeness import equal

pytestmark = pytest.mark.since("10")
LINEAR = {
    "flip": lambda a: ops.flip(a, (0, 2)),
    "dilate": lambda a: ops.dilate(a, (0, 1), 2),
    "undilate": lambda a: ops.undilate(a, (1, 2), 1),
    "pad": lambda a: ops.pad(a, [(1, 2), (0, -1), (-1, 3)]),
    "cut away": lambda a: ops.pad(a, [(-5, 9), (0, 0), (0, 0)]),
    "stack": lambda a: ops.stack((a, a * 2, a), 1),
    "split": lambda a: ops.split(a, 2)[1],
}


def draws(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("name", LINEAR)
def test_gradients_and_their_gradients(name):
    x = Tensor(draws(3, 5, 4))
    gradcheck(LINEAR[name], x, verbose=False)
    out = LINEAR[name](x)
    (out**3).sum().backward()
    (x.grad**2).sum().backward()
    assert x.grad.shape == x.shape


@pytest.mark.np
@given(st.integers(0, 3), st.integers(1, 7), st.integers(-3, 3))
def test_dilate_puts_zeros_behind_and_ignores_missing_axes(d, size, axis):
    a = draws(size, 2)
    out = ops.dilate(a, (0, 5), d)
    assert out.shape == (size * (d + 1), 2)
    equal(out[:: d + 1], a)
    assert np.count_nonzero(out) == a.size
    equal(ops.undilate(out, (0, 5), d), a)


def test_a_forgotten_flip_back_is_caught():
    def wrong(self, adjoint, out, a):
        return adjoint

    with planted(ops.Flip, wrong), pytest.raises(GradientMismatch):
        gradcheck(LINEAR["flip"], Tensor(draws(3, 5, 4)))


def test_splitting_undoes_stacking():
    parts = [Tensor(draws(2, 3, seed=i)) for i in range(4)]
    for axis in range(3):
        back = ops.split(ops.stack(parts, axis), axis)
        assert isinstance(back, TensorTuple)
        for one, other in zip(parts, back, strict=True):
            np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_arrays_of_two_shapes_are_not_stacked():
    with pytest.raises(ShapeError, match="wanted arrays of one shape"):
        ops.stack([Tensor(draws(2)), Tensor(draws(3))], 0)


@pytest.mark.parametrize("stride, dilation", [(1, 1), (2, 1), (1, 2), (3, 2)])
def test_windows_are_slices_and_no_copies(stride, dilation):
    a = draws(2, 9, 8, 3)
    view = windows(a, (3, 2), stride, dilation)
    assert np.shares_memory(a, view)
    for i in range(view.shape[1]):
        for j in range(view.shape[2]):
            top, left = i * stride, j * stride
            rows = slice(top, top + 2 * dilation + 1, dilation)
            columns = slice(left, left + dilation + 1, dilation)
            np.testing.assert_array_equal(view[:, i, j], a[:, rows, columns])
