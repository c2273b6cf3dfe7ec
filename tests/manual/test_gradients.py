"""Every layer's backward against differences, and proof that the check can fail."""

import numpy as np
import pytest

from needlebook.manual.convolution import AsImage, Convolution, Flatten, MaxPool
from needlebook.manual.layers import Cosine, Linear, ReLU, Tanh
from needlebook.manual.learned import Affine, LearnedSpline, Mixture, PReLU
from needlebook.manual.network import (
    Network,
    mean_squared_error,
    softmax_cross_entropy,
)
from needlebook.manual.nonelementwise import (
    GatedLinear,
    GroupSort,
    Maxout,
    RootMeanSquare,
    SoftmaxUnits,
)

pytestmark = pytest.mark.since("3a")

MIXED = (0.5, 0.2, 0.3, 0.4)
LAYERS = {
    "relu": (ReLU, 6),
    "tanh": (Tanh, 6),
    "cosine": (Cosine, 6),
    "maxout of two": (Maxout, 3),
    "maxout of three": (lambda: Maxout(3), 2),
    "glu": (GatedLinear, 3),
    "groupsort of two": (GroupSort, 6),
    "groupsort of three": (lambda: GroupSort(3), 6),
    "softmax": (SoftmaxUnits, 6),
    "rms": (RootMeanSquare, 6),
    "prelu": (lambda: PReLU(6), 6),
    "affine": (lambda: Affine(6), 6),
    "mixture": (lambda: Mixture(MIXED), 6),
    "spline": (lambda: LearnedSpline(6), 6),
}


class ForgetsTheMask(ReLU):
    def backward(self, G):
        return G


class ForgetsToSum(PReLU):
    def backward(self, G):
        back = super().backward(G)
        self.gradients["a"] = G[0] * np.minimum(self.Z[0], 0.0)
        return back


def differences(network, X, y, loss, step=1e-6):
    """The gradient to theta and to X by central differences."""

    def slope(vector, i):
        kept, sides = vector[i], []
        for sign in (1, -1):
            vector[i] = kept + sign * step
            sides.append(loss(network(X), y)[0])
        vector[i] = kept
        return (sides[0] - sides[1]) / (2 * step)

    flat = X.reshape(-1)
    to_theta = [slope(network.theta, i) for i in range(network.theta.size)]
    return np.array(to_theta), np.array([slope(flat, i) for i in range(flat.size)])


def gap(network, X, y, loss=softmax_cross_entropy):
    """The largest difference between the gradient by hand and by differences."""
    G = loss(network(X), y)[1]
    to_theta = network.gradient(G)
    for layer in reversed(network.layers):
        G = layer.backward(G)
    by_theta, by_X = differences(network, X, y, loss)
    return max(np.abs(to_theta - by_theta).max(), np.abs(G.reshape(-1) - by_X).max())


def sandwich(make, out, rng):
    """Linear, the layer, Linear, the layer, Linear, all parameters moved at random."""
    network = Network(
        [Linear(3, 6, rng), make(), Linear(out, 6, rng), make(), Linear(out, 3, rng)]
    )
    network.theta += 0.1 * rng.normal(size=network.theta.size)
    return network


@pytest.mark.parametrize("name", LAYERS)
def test_gradient_by_hand_is_the_gradient_by_differences(name):
    rng = np.random.default_rng(7)
    network = sandwich(*LAYERS[name], rng)
    X, y = rng.normal(size=(8, 3)), rng.integers(0, 3, 8)
    assert gap(network, X, y) < 1e-7


@pytest.mark.parametrize("faulty", [ForgetsTheMask, lambda: ForgetsToSum(6)])
def test_a_planted_fault_is_caught(faulty):
    rng = np.random.default_rng(7)
    network = sandwich(faulty, 6, rng)
    X, y = rng.normal(size=(8, 3)), rng.integers(0, 3, 8)
    assert gap(network, X, y) > 1e-3


def test_gradient_of_convolution_and_pooling():
    rng = np.random.default_rng(8)
    network = Network(
        [
            AsImage(4, 4),
            Convolution(1, 2, rng),
            ReLU(),
            MaxPool(),
            Convolution(2, 3, rng),
            Tanh(),
            Flatten(),
            Linear(12, 3, rng),
        ]
    )
    network.theta += 0.1 * rng.normal(size=network.theta.size)
    assert gap(network, rng.normal(size=(3, 16)), np.array([0, 1, 2])) < 1e-7


def test_gradient_of_the_squared_error():
    rng = np.random.default_rng(9)
    network = sandwich(Tanh, 6, rng)
    X, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 3))
    assert gap(network, X, y, mean_squared_error) < 1e-7


def test_without_a_bias_there_is_no_gradient_for_one():
    rng = np.random.default_rng(10)
    network = Network([Linear(3, 2, rng, bias=False)])
    assert network.theta.size == 6
    assert gap(network, rng.normal(size=(5, 3)), rng.integers(0, 2, 5)) < 1e-7
