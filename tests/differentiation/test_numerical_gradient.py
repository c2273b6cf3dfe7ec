"""The oracle: right where the truth is known, and not to be talked into agreement."""

import numpy as np
import pytest

from needlebook.differentiation.numerical import numerical_gradient, relative_error

pytestmark = pytest.mark.since("3b")


def test_gradient_of_a_quadratic_is_found_entry_by_entry():
    rng = np.random.default_rng(0)
    A, X = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    found = numerical_gradient(lambda X: np.sum(A * X**2), X)
    np.testing.assert_allclose(found, 2 * A * X, rtol=1e-7, atol=1e-9)


def test_gradient_by_a_number_is_a_number():
    assert numerical_gradient(np.sin, 1.0) == pytest.approx(np.cos(1.0), rel=1e-8)
    assert numerical_gradient(np.sin, 1.0).shape == ()


def test_the_argument_is_left_as_it_was():
    x = np.array([1.0, 2.0])
    numerical_gradient(lambda x: np.sum(x**3), x)
    assert x.tolist() == [1.0, 2.0]


def test_integers_are_read_as_floats():
    found = numerical_gradient(lambda x: np.sum(x**2), np.array([1, 2]))
    np.testing.assert_allclose(found, [2.0, 4.0], rtol=1e-8)


def test_two_evaluations_are_made_for_each_entry():
    calls = []
    numerical_gradient(lambda x: calls.append(1) or 0.0, np.zeros((4, 5)))
    assert len(calls) == 2 * 20


def test_kink_gives_the_mean_of_both_sides():
    assert numerical_gradient(lambda p: np.maximum(p, 0), 0.0) == pytest.approx(0.5)


def test_single_precision_condemns_a_right_gradient():
    W = np.random.default_rng(0).normal(size=(10, 10))
    rough = numerical_gradient(lambda W: np.sum(W.astype(np.float32) ** 2), W)
    fine = numerical_gradient(lambda W: np.sum(W**2), W)
    assert relative_error(2 * W, fine) < 1e-7
    assert relative_error(2 * W, rough) > 1e-2


@pytest.mark.parametrize("size", [1.01, 0.0, -1.0])
def test_relative_error_sees_a_planted_fault(size):
    right = np.arange(1.0, 7.0)
    wrong = right.copy()
    wrong[3] *= size
    assert relative_error(right, right) == 0
    assert relative_error(wrong, right) > 1e-3


def test_relative_error_is_symmetric_and_at_most_two():
    a, b = np.array([1.0, 0.0]), np.array([0.0, 3.0])
    assert relative_error(a, b) == relative_error(b, a)
    assert relative_error(a, -a) == 2
    assert relative_error(0 * a, 0 * a) == 0


def test_relative_error_refuses_shapes_that_would_broadcast():
    with pytest.raises(ValueError, match=r"shape \(3,\), the measured one \(3, 1\)"):
        relative_error(np.ones(3), np.ones((3, 1)))
