"""Derivatives at points where there is none."""

import numpy as np
import pytest

from needlebook.differentiation.reverse import value_and_gradient
from needlebook.experiments.kinks import RELUS, relu_table, tie_shares

pytestmark = pytest.mark.since("4")


@pytest.mark.parametrize("relu", RELUS.values(), ids=RELUS)
def test_all_ways_to_write_relu_are_the_same_function(relu):
    x = np.array([-2.0, -0.5, 0.0, 0.5, 3.0])
    np.testing.assert_array_equal(relu(x), np.maximum(x, 0))
    gradient = value_and_gradient(lambda x: relu(x).sum(), x)[1][0]
    np.testing.assert_array_equal(gradient[[0, 1, 3, 4]], [0.0, 0.0, 1.0, 1.0])


def test_conventions_at_the_corner():
    table = relu_table()
    assert table["x * (x > 0)"] == (0.0, 0.0)
    assert table["max(x, 0)"] == (0.5, 1.0)
    assert table["x * (x >= 0)"] == (1.0, 2.0)
    assert table["(x + |x|) / 2"] == (0.5, 1.0)


def test_a_tie_is_shared_in_halves_and_nesting_shows():
    gradients = value_and_gradient(np.maximum, 2.0, 2.0)[1]
    assert gradients == [0.5, 0.5]
    assert value_and_gradient(np.maximum, 3.0, 2.0)[1] == [1.0, 0.0]
    assert tie_shares() == [0.25, 0.25, 0.5]


def test_a_norm_at_zero_and_a_late_mask_give_nan():
    with np.errstate(divide="ignore", invalid="ignore"):
        norm = value_and_gradient(lambda x: np.sqrt(x * x), 0.0)[1][0]
        late = value_and_gradient(
            lambda x: (np.log(x) * (x > 0)).sum(), np.array([1.0, 0.0])
        )[1][0]
    assert np.isnan(norm)
    assert np.isnan(late[1])


def test_masking_the_argument_cures_it():
    def safe(x):
        return (np.log(x + (1.0 - (x > 0))) * (x > 0)).sum()

    gradient = value_and_gradient(safe, np.array([1.0, 0.0]))[1][0]
    np.testing.assert_array_equal(gradient, [1.0, 0.0])
