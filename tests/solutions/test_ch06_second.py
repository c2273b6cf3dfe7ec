"""The exercises of chapter 6, from 6.9 on."""

import math

import numpy as np
import pytest

from needlebook import init
from needlebook.experiments.fifty_layers import FiftyLayers, digits
from needlebook.experiments.signals import variance_of_product
from needlebook.solutions import ch06

pytestmark = pytest.mark.since("6")


def test_6_9_layers_until():
    layers = ch06.layers_until(1, 1e-38)
    assert 0.5 ** (layers / 2) <= 1e-38 < 0.5 ** ((layers - 1) / 2)
    assert ch06.layers_until(3, 1.4) == 2
    for c, factor in ((2, 5), (1, 10), (3, 0.1)):
        with pytest.raises(ValueError, match="never"):
            ch06.layers_until(c, factor)


def test_6_10_products():
    measured, formula, _ = variance_of_product((2, 3), (1, 4))
    assert ch06.variance_of_products([2, 3], [1, 4]) == formula
    rng = np.random.default_rng(0)
    x = rng.normal([[1], [2], [-1]], [[1], [2], [0.5]], (3, 1_000_000))
    wanted = np.var(np.prod(x, axis=0))
    found = ch06.variance_of_products([1, 2, -1], [1, 4, 0.25])
    assert found == pytest.approx(wanted, rel=0.03)


def test_6_11_directions():
    gain, back = ch06.directions(np.abs, np.sign)
    assert gain == pytest.approx(1) and back == pytest.approx(1, abs=1e-3)
    gain, back = ch06.directions(np.tanh, lambda z: 1 - np.tanh(z) ** 2)
    assert gain == pytest.approx(init.gain("tanh")) and back > 1.1


@pytest.mark.np
def test_6_12_geometric_normal():
    np.random.seed(0)
    made = ch06.geometric_normal(400, 100, dtype="float64")
    assert made.shape == (400, 100)
    assert made.numpy().std() == pytest.approx(math.sqrt(2 / 200), rel=0.02)


def test_6_13_scales_fitted_to_data_make_the_hidden_layers_equal():
    X, _, _, _ = digits()
    found = []
    for c in (1, 3):
        network = FiftyLayers(64, 10, c=c, depth=20)
        ch06.fit_scales(network, X[:100])
        found.append(network.activations(X[:100])[-1])
        assert np.sqrt(np.mean(found[-1] ** 2)) == pytest.approx(1, rel=1e-3)
    np.testing.assert_allclose(found[0], found[1], rtol=1e-3, atol=1e-4)


def test_6_14_align_undoes_a_permutation():
    rng = np.random.default_rng(0)
    W, V = rng.normal(size=(8, 12)), rng.normal(size=(12, 3))
    order = rng.permutation(12)
    W_back, V_back = ch06.align([W, V], [W[:, order], V[order]])
    assert (W_back == W).all() and (V_back == V).all()
