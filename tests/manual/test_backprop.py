"""The general formula: its parts, its shapes, and what it must refuse."""

import numpy as np
import pytest

from needlebook.differentiation.numerical import numerical_gradient, relative_error
from needlebook.manual import backprop
from needlebook.manual.softmax import softmax_gradient
from needlebook.manual.two_layer import two_layer_gradients, two_layer_logits

pytestmark = pytest.mark.since("3b")
ACTIVATIONS = {
    name: getattr(backprop, name) for name in ("RELU", "TANH", "SOFTPLUS", "IDENTITY")
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slope_of_each_activation_is_its_derivative(name):
    sigma = ACTIVATIONS[name]
    P = np.array([[-2.0, -0.3, 0.4, 3.0]])
    measured = numerical_gradient(lambda P: np.sum(sigma.value(P)), P)
    assert relative_error(sigma.slope(P), measured) < 1e-8


def test_slope_of_relu_at_the_kink_is_zero():
    assert backprop.RELU.slope(np.zeros(3)).tolist() == [0, 0, 0]


def test_two_layers_give_the_formulas_written_out():
    rng = np.random.default_rng(0)
    network = backprop.random_network([5, 7, 3], rng, bias=False)
    X, y = rng.normal(size=(6, 5)), rng.integers(0, 3, 6)
    cache = backprop.forward(network, X)
    np.testing.assert_array_equal(cache.Z[-1], two_layer_logits(X, *network.weights))
    found = backprop.backward(network, cache, softmax_gradient(cache.Z[-1], y))
    wanted = two_layer_gradients(X, y, *network.weights)
    for mine, theirs in zip(found.weights, wanted, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-13)


def test_gradients_have_the_shapes_of_what_they_belong_to():
    rng = np.random.default_rng(0)
    network = backprop.random_network([5, 7, 4, 3], rng)
    X = rng.normal(size=(6, 5))
    cache = backprop.forward(network, X)
    found = backprop.backward(network, cache, np.ones((6, 3)))
    assert [W.shape for W in found.weights] == [W.shape for W in network.weights]
    assert [b.shape for b in found.biases] == [b.shape for b in network.biases]
    assert found.X.shape == X.shape
    assert [len(part) for part in cache] == [4, 3]


def test_layers_that_do_not_follow_each_other_are_refused():
    weights = [np.zeros((2, 3)), np.zeros((4, 5))]
    with pytest.raises(ValueError, match="weights 1 are .4, 5.: sizes 3 and 4 differ"):
        backprop.FeedForward(weights, [backprop.RELU, backprop.IDENTITY])
