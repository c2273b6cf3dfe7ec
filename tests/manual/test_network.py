import numpy as np
import pytest

from needlebook.manual.layers import Layer, Linear, ReLU, Tanh
from needlebook.manual.network import (
    SGD,
    Adam,
    Network,
    accuracy,
    fit,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
)

pytestmark = pytest.mark.since("3a")


def test_the_mlp_computes_the_formula():
    rng = np.random.default_rng(0)
    network = mlp([3, 5, 4, 2], rng, Tanh, bias=False)
    W1, W2, W3 = (layer.parameters["W"] for layer in network.layers[::2])
    X = rng.normal(size=(7, 3))
    np.testing.assert_allclose(network(X), np.tanh(np.tanh(X @ W1) @ W2) @ W3)


def test_features_and_last_layer_make_the_output():
    network = mlp([3, 5, 2], np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(7, 3))
    Z = network.features(X)
    assert Z.shape == (7, 5)
    np.testing.assert_allclose(network.layers[-1].forward(Z), network(X))


def test_rows_do_not_see_each_other():
    network = mlp([3, 5, 2], np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(7, 3))
    np.testing.assert_allclose(network(X)[2:3], network(X[2:3]))


def test_theta_and_the_layers_share_memory():
    network = mlp([2, 3, 1], np.random.default_rng(0))
    network.theta[:] = 0.0
    assert all(
        not p.any() for layer in network.layers for p in layer.parameters.values()
    )
    network.layers[0].parameters["W"][0, 0] = 5.0
    assert network.theta[0] == 5.0


def test_linear_layers_without_activation_are_one_matrix_of_small_rank():
    rng = np.random.default_rng(2)
    widths = [8, 16, 3, 16, 8]
    layers = [
        Linear(a, b, rng, bias=False) for a, b in zip(widths, widths[1:], strict=False)
    ]
    W = np.linalg.multi_dot([layer.parameters["W"] for layer in layers])
    X = rng.normal(size=(50, 8))
    np.testing.assert_allclose(Network(layers)(X), X @ W, atol=1e-12)
    assert np.linalg.matrix_rank(W) == 3


def test_wrong_input_width_names_both_shapes():
    network = mlp([3, 5, 2], np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"input \(7, 4\) .* weights \(3, 5\) want 3"):
        network(np.zeros((7, 4)))


def test_a_target_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(4, 1\) and target \(4,\) differ"):
        mean_squared_error(np.zeros((4, 1)), np.zeros(4))


def test_an_unfinished_layer_says_what_is_missing():
    class Half(Layer):
        pass

    with pytest.raises(NotImplementedError, match="Half has no forward"):
        Half().forward(np.zeros((1, 1)))
    with pytest.raises(NotImplementedError, match="Half has no backward"):
        Half().backward(np.zeros((1, 1)))


def test_softmax_loss_of_equal_logits_is_log_k_and_survives_large_ones():
    loss, G = softmax_cross_entropy(np.zeros((3, 4)), np.array([0, 1, 2]))
    assert loss == pytest.approx(np.log(4))
    np.testing.assert_allclose(G.sum(axis=1), 0.0, atol=1e-15)
    huge = np.array([[1000.0, 0.0]])
    assert softmax_cross_entropy(huge, np.array([1]))[0] == pytest.approx(1000.0)


def test_sgd_and_adam_go_downhill():
    for optimizer in (SGD(0.1), Adam(0.1)):
        theta = np.array([3.0, -2.0])
        for _ in range(500):
            optimizer.step(theta, theta.copy())
        assert np.abs(theta).max() < 0.05


def test_the_first_step_of_adam_has_the_size_of_the_rate():
    theta = np.zeros(2)
    Adam(0.01).step(theta, np.array([1e-3, -50.0]))
    np.testing.assert_allclose(theta, [-0.01, 0.01], rtol=1e-4)


def test_fit_lowers_the_loss_and_leaves_the_rate_as_it_was():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 2))
    y = (X[:, 0] > X[:, 1]).astype(int)
    network, optimizer = mlp([2, 2], rng), Adam(0.05)
    losses = fit(network, X, y, 200, optimizer, batch=32, rng=rng)
    assert losses[-20:].mean() < 0.3 * losses[:20].mean()
    assert optimizer.rate == 0.05
    assert accuracy(network, X, y) > 0.95


def test_an_activation_stands_between_the_layers_only():
    kinds = [
        type(layer) for layer in mlp([2, 3, 4, 1], np.random.default_rng(0)).layers
    ]
    assert kinds == [Linear, ReLU, Linear, ReLU, Linear]
