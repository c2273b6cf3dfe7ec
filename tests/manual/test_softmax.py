"""Softmax, its loss and gradient, an epoch: homework 0 of the course, and bad input."""

import numpy as np
import pytest

from needlebook.differentiation.numerical import numerical_gradient, relative_error
from needlebook.manual.network import softmax_cross_entropy
from needlebook.manual.softmax import (
    loss_err,
    softmax,
    softmax_gradient,
    softmax_loss,
    softmax_regression_epoch,
)

pytestmark = pytest.mark.since("3b")


def batch(m=50, n=5, k=3, dtype=np.float32):
    """The draw of the course's tests."""
    np.random.seed(0)
    X = np.random.randn(m, n).astype(dtype)
    return X, np.random.randint(k, size=m).astype(np.uint8)


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes():
    assert softmax_loss(np.zeros((7, 10)), np.arange(7)) == pytest.approx(np.log(10))


def test_loss_and_gradient_are_those_of_chapter_3a():
    rng = np.random.default_rng(0)
    H, y = 3 * rng.normal(size=(6, 5)), rng.integers(0, 5, 6)
    loss, G = softmax_cross_entropy(H, y)
    assert softmax_loss(H, y) == pytest.approx(loss, rel=1e-13)
    np.testing.assert_allclose(softmax_gradient(H, y), G, rtol=1e-12, atol=1e-17)


def test_rows_of_softmax_sum_to_one_and_of_the_gradient_to_zero():
    H = np.random.default_rng(1).normal(size=(6, 5))
    np.testing.assert_allclose(softmax(H).sum(axis=1), 1)
    G = softmax_gradient(H, np.arange(6) % 5)
    np.testing.assert_allclose(G.sum(axis=1), 0, atol=1e-16)
    assert np.abs(G).max() <= 1 / 6


def test_huge_logits_neither_overflow_nor_lose_the_loss():
    H = np.array([[1e4, 0.0, -1e4]])
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_array_equal(softmax(H), [[1, 0, 0]])
        assert softmax_loss(H, np.array([2])) == 2e4
        np.testing.assert_array_equal(softmax_gradient(H, np.array([2])), [[1, 0, -1]])


def test_arguments_are_not_changed():
    H = np.random.default_rng(2).normal(size=(4, 3))
    kept, y = H.copy(), np.array([0, 1, 2, 0])
    softmax_loss(H, y), softmax_gradient(H, y)
    np.testing.assert_array_equal(H, kept)


@pytest.mark.parametrize("label", [-1, 3])
@pytest.mark.parametrize("function", [softmax_loss, softmax_gradient])
def test_labels_out_of_range_are_refused(function, label):
    with pytest.raises(ValueError, match="3 logits per row allow 0 to 2"):
        function(np.zeros((2, 3)), np.array([0, label]))


@pytest.mark.parametrize("shape", [(5,), (5, 3, 1), (4, 3)])
def test_shapes_that_do_not_fit_are_refused(shape):
    with pytest.raises(ValueError, match=r"labels \(5,\) do not fit"):
        softmax_loss(np.zeros(shape), np.zeros(5, int))


def test_one_step_goes_down_the_numerical_gradient():
    X, y = batch()
    theta = np.zeros((5, 3), np.float32)
    wanted = numerical_gradient(lambda theta: softmax_loss(X @ theta, y), theta)
    softmax_regression_epoch(X, y, theta, lr=1.0, batch=50)
    assert relative_error(-theta, wanted) < 1e-6


def test_epoch_works_in_place_and_keeps_single_precision():
    X, y = batch()
    theta = np.zeros((5, 3), np.float32)
    assert softmax_regression_epoch(X, y, theta) is None
    assert theta.dtype == np.float32 and np.any(theta)


def test_epoch_takes_the_examples_in_their_order():
    X, y = batch(m=6)
    whole, parts = np.zeros((5, 3)), np.zeros((5, 3))
    softmax_regression_epoch(X, y, whole, lr=0.3, batch=2)
    for start in (0, 2, 4):
        rows = slice(start, start + 2)
        softmax_regression_epoch(X[rows], y[rows], parts, lr=0.3, batch=2)
    np.testing.assert_array_equal(whole, parts)


def test_smaller_last_batch_is_a_mean_over_its_own_size():
    X, y = batch(m=7)
    whole, parts = np.zeros((5, 3)), np.zeros((5, 3))
    softmax_regression_epoch(X, y, whole, lr=0.3, batch=4)
    softmax_regression_epoch(X[:4], y[:4], parts, lr=0.3, batch=4)
    softmax_regression_epoch(X[4:], y[4:], parts, lr=0.3, batch=3)
    np.testing.assert_array_equal(whole, parts)


def test_loss_err_counts_the_wrong_ones():
    H = np.array([[2.0, 1.0], [2.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    loss, err = loss_err(H, np.array([0, 1, 1, 1]))
    assert err == 0.25 and loss == softmax_loss(H, np.array([0, 1, 1, 1]))
