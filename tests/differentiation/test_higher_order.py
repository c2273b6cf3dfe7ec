"""Second derivatives."""

import numpy as np
import pytest

from needlebook.differentiation.graph import Node
from needlebook.differentiation.higher_order import (
    forward_over_reverse,
    hessian,
    reverse_over_forward,
    reverse_over_reverse,
)
from needlebook.differentiation.reverse import adjoints, value_and_gradient

pytestmark = pytest.mark.since("4")

WAYS = [forward_over_reverse, reverse_over_reverse, reverse_over_forward]


def valley(x):
    return (np.exp(x) * x * x / (1.0 + x * x)).sum() + np.log((x * x).sum())


def test_gradient_of_gradient_of_the_first_homework():
    x2, x3 = Node(6.0), Node(0.0)
    first = adjoints(x2 * x2 + x2 * x3)
    assert (first[x2].value, first[x3].value) == (12.0, 6.0)
    second = adjoints(first[x2])
    assert (second[x2].value, second[x3].value) == (2.0, 1.0)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_hessian_vector_product_agrees_with_difference_of_gradients(way):
    x, v, eps = np.array([1.0, 2.0, -1.0]), np.array([1.0, 0.5, 2.0]), 1e-5
    up = value_and_gradient(valley, x + eps * v)[1][0]
    down = value_and_gradient(valley, x - eps * v)[1][0]
    np.testing.assert_allclose(way(valley, x, v), (up - down) / (2 * eps), rtol=1e-7)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_hessian_vector_product_of_a_matrix_argument(way):
    rng = np.random.default_rng(0)
    w, v, x = (rng.standard_normal(s) for s in ((3, 4), (3, 4), (5, 3)))

    def f(w):
        return np.tanh(x @ w).sum()

    t = np.tanh(x @ w)
    expected = x.T @ (-2 * t * (1 - t * t) * (x @ v))
    np.testing.assert_allclose(way(f, w, v), expected)


def test_hessian_is_symmetric_and_right_for_a_quadratic():
    A = np.array([[2.0, 1.0], [1.0, 3.0]])
    H = hessian(lambda x: (x * A[0]).sum() * x.sum() + (x * x).sum(), np.ones(2))
    np.testing.assert_allclose(H, [[6.0, 3.0], [3.0, 4.0]])


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_linear_function_has_no_curvature(way):
    np.testing.assert_array_equal(
        way(lambda x: (x * 3.0).sum(), np.ones(2), np.ones(2)), np.zeros(2)
    )
