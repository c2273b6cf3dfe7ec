"""The Jacobian of a layer: right, mostly zeros, and far too large."""

import numpy as np
import pytest

from needlebook.differentiation.numerical import numerical_gradient, relative_error
from needlebook.experiments.jacobians import (
    layer_jacobian,
    sizes,
    vector_jacobian_product,
)
from needlebook.manual.backprop import RELU, TANH

pytestmark = pytest.mark.since("3b")


def layer(m=4, n=6, p=5):
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape) for shape in [(m, n), (n, p), (m, p)]]


@pytest.mark.parametrize("sigma", [RELU, TANH], ids=["relu", "tanh"])
def test_jacobian_rows_are_the_gradients_of_the_outputs(sigma):
    Z, W, _ = layer()
    J = layer_jacobian(Z, W, sigma)

    def outputs(Z):
        return sigma.value(Z @ W).ravel()

    assert J.shape == (4 * 5, 4 * 6)
    for row in (0, 7, 19):
        measured = numerical_gradient(lambda Z, row=row: outputs(Z)[row], Z)
        np.testing.assert_allclose(J[row], measured.ravel(), atol=1e-8)


def test_product_without_the_jacobian_is_the_product_with_it():
    Z, W, G = layer()
    direct = vector_jacobian_product(G, Z, W)
    with_it = G.ravel() @ layer_jacobian(Z, W)
    assert relative_error(with_it.reshape(4, 6), direct) < 1e-14


def test_at_most_one_block_in_m_of_the_jacobian_is_not_zero():
    Z, W, _ = layer()
    assert np.mean(layer_jacobian(Z, W) != 0) <= 1 / 4


def test_jacobian_costs_the_batch_size_more_operations():
    Z, W, G = layer()
    entries, with_it, kept, without = sizes(4, 6, 5)
    assert entries == layer_jacobian(Z, W).size and kept == W.size + G.size
    assert with_it / without == 4
    assert sizes(100, 784, 400)[0] * 4 > 10 * 2**30
