"""The two-layer network: every line against the oracle, as homework 0 asks."""

import numpy as np
import pytest

from needlebook.differentiation.numerical import numerical_gradient, relative_error
from needlebook.manual.softmax import softmax_loss
from needlebook.manual.two_layer import nn_epoch, two_layer_gradients, two_layer_logits

pytestmark = pytest.mark.since("3b")


def problem():
    """The draw of the course's tests, with sizes 50, 5, 10, 3 that all differ."""
    np.random.seed(0)
    X = np.random.randn(50, 5).astype(np.float32)
    y = np.random.randint(3, size=(50,)).astype(np.uint8)
    W1 = np.random.randn(5, 10).astype(np.float32) / np.float32(np.sqrt(10))
    W2 = np.random.randn(10, 3).astype(np.float32) / np.float32(np.sqrt(3))
    return X, y, W1, W2


def oracle(X, y, W1, W2):
    X = X.astype(np.float64)
    return (
        numerical_gradient(lambda W: softmax_loss(two_layer_logits(X, W, W2), y), W1),
        numerical_gradient(lambda W: softmax_loss(two_layer_logits(X, W1, W), y), W2),
    )


def test_gradients_are_those_of_the_oracle():
    X, y, W1, W2 = problem()
    X, W1, W2 = (array.astype(np.float64) for array in (X, W1, W2))
    found = two_layer_gradients(X, y, W1, W2)
    for claimed, measured in zip(found, oracle(X, y, W1, W2), strict=True):
        assert relative_error(claimed, measured) < 1e-7


def test_one_step_of_the_epoch_is_the_gradient_at_the_old_weights():
    X, y, W1, W2 = problem()
    old_W1, old_W2 = W1.copy(), W2.copy()
    wanted_W1, wanted_W2 = oracle(X, y, W1, W2)
    nn_epoch(X, y, W1, W2, lr=1.0, batch=50)
    np.testing.assert_allclose(old_W1 - W1, wanted_W1, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(old_W2 - W2, wanted_W2, rtol=1e-4, atol=1e-4)


def test_epoch_works_in_place_and_keeps_single_precision():
    X, y, W1, W2 = problem()
    old_W1 = W1.copy()
    assert nn_epoch(X, y, W1, W2) is None
    assert W1.dtype == W2.dtype == np.float32
    assert np.any(W1 != old_W1)


def test_epoch_takes_the_examples_in_their_order_with_a_smaller_last_batch():
    X, y, W1, W2 = problem()
    other_W1, other_W2 = W1.copy(), W2.copy()
    nn_epoch(X, y, W1, W2, lr=0.2, batch=20)
    for start in (0, 20, 40):
        rows = slice(start, start + 20)
        nn_epoch(X[rows], y[rows], other_W1, other_W2, lr=0.2, batch=20)
    np.testing.assert_array_equal(W1, other_W1)
    np.testing.assert_array_equal(W2, other_W2)


def test_units_at_the_kink_send_nothing_back():
    X, W2 = np.ones((2, 3)), np.ones((4, 2))
    grad_W1, grad_W2 = two_layer_gradients(X, np.array([0, 0]), np.zeros((3, 4)), W2)
    assert not grad_W1.any() and not grad_W2.any()
