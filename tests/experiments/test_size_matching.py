"""When the sizes alone find the product, and when they do not."""

import numpy as np
import pytest

from needlebook.differentiation.numerical import numerical_gradient, relative_error
from needlebook.experiments.size_matching import arrangements, candidates

pytestmark = pytest.mark.since("3b")


def test_different_sizes_leave_one_product_and_it_is_right():
    for fitting, right in candidates(6, 5, 4).values():
        assert fitting == right and len(right) == 1


@pytest.mark.parametrize(
    "sizes, count", [((6, 5, 5), 2), ((5, 5, 4), 2), ((5, 4, 5), 2), ((5, 5, 5), 8)]
)
def test_equal_sizes_leave_several_of_which_one_is_right(sizes, count):
    for fitting, right in candidates(*sizes).values():
        assert len(fitting) == count and len(right) == 1


def test_square_second_layer_admits_the_fault_of_the_first_page():
    fitting, right = candidates(6, 5, 5)["signal back"]
    assert set(fitting) == {"G W", "G W^T"} and right == ["G W^T"]


def test_arrangements_returns_the_products_it_names():
    A, B = np.arange(6.0).reshape(2, 3), np.arange(8.0).reshape(2, 4)
    found = arrangements(A, B, (3, 4))
    assert list(found) == ["A^T B"]
    np.testing.assert_array_equal(found["A^T B"], A.T @ B)
    assert arrangements(A, B, (5, 5)) == {}


def test_variable_that_occurs_twice_defeats_the_trick_with_the_right_shape():
    rng = np.random.default_rng(0)
    A, x = rng.normal(size=(4, 4)), rng.normal(size=4)
    truth = numerical_gradient(lambda x: x @ A @ x, x)
    assert relative_error((A + A.T) @ x, truth) < 1e-8
    assert relative_error(2 * A @ x, truth) > 0.1
