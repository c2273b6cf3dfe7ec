"""Tensors from shapes: values, draws in order, dtype."""

import numpy as np
import pytest

from needlebook import init
from needlebook.autograd import Tensor

pytestmark = pytest.mark.since("5")


def test_constants():
    assert init.zeros(2, 1).numpy().tolist() == [[0.0], [0.0]]
    assert init.ones(2).numpy().tolist() == [1.0, 1.0]
    assert init.constant(2, c=3.5).numpy().tolist() == [3.5, 3.5]


@pytest.mark.parametrize(
    "made", [init.rand(2), init.randn(2), init.ones(2), init.zeros(2)]
)
def test_default_dtype_and_no_gradient(made):
    assert made.dtype == np.float32
    assert not made.requires_grad


@pytest.mark.np
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_and_gradient_on_request(dtype):
    made = init.randn(3, dtype=dtype, requires_grad=True)
    assert made.dtype == dtype and made.requires_grad


@pytest.mark.np
def test_uniform_draws_scale_those_of_numpy():
    np.random.seed(0)
    want = np.random.rand(3, 2) * 5 - 2
    np.random.seed(0)
    got = init.rand(3, 2, low=-2, high=3, dtype="float64").numpy()
    assert got == pytest.approx(want, rel=1e-14)


@pytest.mark.np
def test_normal_draws_scale_those_of_numpy():
    np.random.seed(0)
    want = np.random.randn(4) * 2 + 1
    np.random.seed(0)
    assert (init.randn(4, mean=1, std=2, dtype="float64").numpy() == want).all()


@pytest.mark.np
def test_bernoulli_draws():
    np.random.seed(0)
    made = init.randb(10_000, p=0.2)
    assert made.dtype == np.bool_
    assert 0.17 < made.numpy().mean() < 0.23


@pytest.mark.np
def test_one_hot():
    rows = init.one_hot(4, Tensor([1, 3], dtype="int32")).numpy()
    assert rows.tolist() == [[0, 1, 0, 0], [0, 0, 0, 1]]
    assert rows.dtype == np.float32


@pytest.mark.np
def test_like_another():
    other = Tensor(np.arange(6.0).reshape(2, 3))
    zeros, ones = init.zeros_like(other), init.ones_like(other, requires_grad=True)
    assert zeros.shape == ones.shape == (2, 3)
    assert zeros.dtype == ones.dtype == np.float64
    assert ones.requires_grad and not zeros.requires_grad
