import numpy as np
import pytest

from needlebook.manual.layers import Linear
from needlebook.manual.learned import Affine, LearnedSpline, Mixture, PReLU
from needlebook.manual.network import Network

pytestmark = pytest.mark.since("3a")

Z = np.random.default_rng(0).normal(size=(30, 3)) * 3


@pytest.mark.parametrize(
    "layer", [PReLU(3, start=1.0), Affine(3), Mixture(), LearnedSpline(3)]
)
def test_each_learned_activation_can_be_the_identity(layer):
    np.testing.assert_allclose(layer.forward(Z), Z, atol=1e-12)


def test_prelu_with_slope_zero_is_relu():
    np.testing.assert_array_equal(PReLU(3, start=0.0).forward(Z), np.maximum(Z, 0))


def test_a_spline_passes_through_its_heights_and_goes_on_straight():
    layer = LearnedSpline(2, knots=3, reach=1.0)
    layer.parameters["heights"][:] = [[0.0, 1.0, 3.0], [0.0, 0.0, 0.0]]
    z = np.array([-2.0, -1.0, -0.5, 0.0, 1.0, 2.0])
    np.testing.assert_allclose(layer.curve(0, z), [-1.0, 0.0, 0.5, 1.0, 3.0, 5.0])
    np.testing.assert_allclose(layer.curve(1, z), 0.0)


def test_whatever_an_affine_activation_learns_the_network_stays_affine():
    rng = np.random.default_rng(1)
    network = Network([Linear(3, 5, rng), Affine(5), Linear(5, 2, rng)])
    network.theta[:] = rng.normal(size=network.theta.size)
    a, b = rng.normal(size=(2, 10, 3))
    middle = network((a + b) / 2)
    np.testing.assert_allclose(middle, (network(a) + network(b)) / 2, atol=1e-12)
