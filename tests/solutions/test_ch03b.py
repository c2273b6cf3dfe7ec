"""The solutions of chapter 3b against the oracle, or against what they must equal."""

import numpy as np
import pytest

from needlebook.differentiation.numerical import numerical_gradient, relative_error
from needlebook.experiments.caching import CountingProduct, cached
from needlebook.manual import backprop
from needlebook.manual.softmax import softmax_gradient, softmax_loss
from needlebook.solutions import ch03b

pytestmark = pytest.mark.since("3b")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def agrees(claimed, f, x, tolerance=1e-6):
    return relative_error(claimed, numerical_gradient(f, x)) < tolerance


def test_3b_1_two_classes_are_one_sigmoid(rng):
    X, y = rng.normal(size=(8, 3)), rng.integers(0, 2, 8)
    theta = rng.normal(size=(3, 2))
    w = theta[:, 1] - theta[:, 0]
    loss, gradient = ch03b.logistic_loss_and_gradient(X, y, w)
    assert loss == pytest.approx(softmax_loss(X @ theta, y))
    assert agrees(gradient, lambda w: ch03b.logistic_loss_and_gradient(X, y, w)[0], w)
    with np.errstate(over="raise"):
        X, y = np.array([[400.0]]), np.array([0])
        assert ch03b.logistic_loss_and_gradient(X, y, np.ones(1))[0] == 400


def test_3b_2_soft_labels(rng):
    H, Q = rng.normal(size=(4, 3)), rng.dirichlet(np.ones(3), 4)
    loss, G = ch03b.soft_label_loss(H, Q)
    assert agrees(G, lambda H: ch03b.soft_label_loss(H, Q)[0], H)
    one_hot = np.eye(3)[[0, 2, 1, 1]]
    hard, _ = ch03b.soft_label_loss(H, one_hot)
    assert hard == pytest.approx(softmax_loss(H, np.array([0, 2, 1, 1])))
    assert np.allclose(ch03b.soft_label_loss(np.log(Q), Q)[1], 0)


def test_3b_3_hessian_of_logsumexp(rng):
    h = rng.normal(size=4)
    found = ch03b.logsumexp_hessian(h)
    for j in range(4):

        def slope(h, j=j):
            return np.exp(h[j]) / np.exp(h).sum()

        assert agrees(found[j], slope, h)
    assert np.linalg.eigvalsh(found).min() > -1e-12


def test_3b_4_squared_error(rng):
    X, T = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    W1, W2 = rng.normal(size=(3, 5)), rng.normal(size=(5, 2))

    def loss(W1, W2):
        return np.sum((np.maximum(X @ W1, 0) @ W2 - T) ** 2) / 12

    by_W1, by_W2 = ch03b.squared_error_gradients(X, T, W1, W2)
    assert agrees(by_W1, lambda W: loss(W, W2), W1)
    assert agrees(by_W2, lambda W: loss(W1, W), W2)


def test_3b_5_variable_that_occurs_twice(rng):
    W, C = rng.normal(size=(5, 3)), rng.normal(size=(3, 3))
    found = ch03b.gram_gradient(W, C)
    assert agrees(found, lambda W: np.sum(C * (W.T @ W)), W)
    assert relative_error(found, 2 * W @ C) > 0.1


def test_3b_6_bias_as_a_weight(rng):
    Z, D = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    by_W, by_b = ch03b.bias_as_feature(Z, D)
    np.testing.assert_allclose(by_W, Z.T @ D)
    np.testing.assert_allclose(by_b, D.sum(axis=0))


def test_3b_7_sign_step_raises_the_loss_the_most(rng):
    network = backprop.random_network([6, 8, 3], rng)
    X, y = rng.normal(size=(5, 6)), rng.integers(0, 3, 5)

    def loss(X):
        return softmax_loss(backprop.forward(network, X).Z[-1], y)

    moved = ch03b.sign_step(network, X, y, 1e-4)
    assert np.abs(moved - X).max() == pytest.approx(1e-4)
    for _ in range(20):
        assert loss(moved) >= loss(X + 1e-4 * rng.choice([-1, 1], X.shape)) - 1e-10


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("every", [1, 2, 3, 6, 10])
def test_3b_8_sparse_cache(rng, every, bias):
    network = backprop.random_network([4] * 7, rng, bias=bias)
    X, y = rng.normal(size=(5, 4)), rng.integers(0, 4, 5)
    product, full = CountingProduct(), CountingProduct()
    found = ch03b.sparse_cache_gradients(network, X, y, every, product)
    for mine, theirs in zip(found, cached(network, X, y, full), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    assert product.flops * 3 == full.flops * 4


def test_3b_9_richardson_is_of_fourth_order():
    errors = [
        abs(ch03b.richardson_gradient(np.sin, 1.0, eps) - np.cos(1.0))
        for eps in (0.1, 0.05)
    ]
    assert 14 < errors[0] / errors[1] < 18
    x = np.arange(1.0, 4.0)
    found = ch03b.richardson_gradient(lambda x: np.sum(np.exp(x)), x)
    assert relative_error(found, np.exp(x)) < 1e-11


def test_3b_10_standardize(rng):
    Z, C = 2 + rng.normal(size=(7, 3)), rng.normal(size=(7, 3))
    found = ch03b.standardize_backward(C, Z)
    assert agrees(found, lambda Z: np.sum(C * ch03b.standardize(Z)), Z)


def test_3b_11_tied_autoencoder(rng):
    X, W = rng.normal(size=(6, 5)), rng.normal(size=(5, 3))
    loss, found = ch03b.tied_autoencoder(X, W)
    residual = np.maximum(X @ W, 0) @ W.T - X
    assert loss == pytest.approx(np.sum(residual**2) / 12)
    assert agrees(found, lambda W: ch03b.tied_autoencoder(X, W)[0], W)


def test_3b_12_recurrent(rng):
    X, y = rng.normal(size=(4, 5, 3)), rng.integers(0, 2, 5)
    weights = [rng.normal(size=shape) for shape in [(3, 6), (6, 6), (6, 2)]]

    def loss(A, U, C):
        return softmax_loss(ch03b.recurrent_forward(X, A, U)[-1] @ C, y)

    for i, found in enumerate(ch03b.recurrent_gradients(X, y, *weights)):
        swapped = lambda W, i=i: loss(*weights[:i], W, *weights[i + 1 :])  # noqa: E731
        assert agrees(found, swapped, weights[i])


def test_gradients_of_chapter_and_solutions_share_the_logit_gradient(rng):
    H, y = rng.normal(size=(4, 3)), np.array([0, 1, 2, 1])
    _, G = ch03b.soft_label_loss(H, np.eye(3)[y])
    np.testing.assert_allclose(G, softmax_gradient(H, y), rtol=1e-12)
