import numpy as np
import pytest

from needlebook.manual.approximation import (
    interpolating_network,
    largest_error,
    linear_pieces,
    ridge_sum_network,
    sawtooth_network,
)
from needlebook.manual.layers import Linear, ReLU
from needlebook.manual.network import Network

pytestmark = pytest.mark.since("3a")


def test_the_network_meets_the_function_at_the_knots():
    knots = np.array([-1.0, -0.2, 0.5, 2.0])
    network = interpolating_network(np.exp, knots)
    np.testing.assert_allclose(network(knots[:, None])[:, 0], np.exp(knots))
    assert network.layers[0].parameters["W"].shape == (1, 3)


def test_the_error_stays_below_the_bound_of_the_proof():
    for n in (4, 16, 64):
        network = interpolating_network(np.sin, np.linspace(0, 3, n + 1))
        assert largest_error(network, np.sin, 0, 3) <= (3 / n) ** 2 / 8 + 1e-12


@pytest.mark.parametrize("knots", [[0.0], [0.0, 0.0], [1.0, 0.0], [[0.0, 1.0]]])
def test_knots_must_increase(knots):
    with pytest.raises(ValueError, match="two or more increasing knots"):
        interpolating_network(np.sin, knots)


def test_a_sum_of_ridges_in_two_inputs():
    directions = np.array([[1.0, 1.0], [1.0, -1.0]])
    curves = [lambda t: np.cos(t) / 2] * 2
    network = ridge_sum_network(directions, curves, -7.0, 7.0, 200)
    P = np.random.default_rng(0).uniform(-3, 3, (2000, 2))
    exact = np.cos(P[:, 0]) * np.cos(P[:, 1])
    assert np.abs(network(P)[:, 0] - exact).max() < 14.0**2 / 200**2 / 8 + 1e-9
    assert network.layers[0].parameters["W"].shape == (2, 400)


def test_depth_doubles_the_pieces_of_the_sawtooth():
    assert [linear_pieces(sawtooth_network(k), 0, 1) for k in range(1, 11)] == [
        2**k for k in range(1, 11)
    ]


def test_the_sawtooth_has_two_units_per_layer():
    widths = [
        layer.parameters["W"].shape[1] for layer in sawtooth_network(5).layers[::2]
    ]
    assert widths == [2, 2, 2, 2, 2, 1]


def test_a_chain_of_linear_layers_has_one_piece():
    rng = np.random.default_rng(0)
    chain = [Linear(1, 24, rng), Linear(24, 24, rng), Linear(24, 1, rng)]
    for layer in chain:
        layer.parameters["b"][:] = rng.normal(size=layer.parameters["b"].size)
    assert linear_pieces(Network(chain), -3, 3) == 1
    bent = Network([chain[0], ReLU(), chain[1], ReLU(), chain[2]])
    assert linear_pieces(bent, -3, 3) > 20


def test_away_from_the_knots_the_error_grows_without_bound():
    network = interpolating_network(np.sin, np.linspace(-10, 10, 201))
    errors = [largest_error(network, np.sin, -reach, reach) for reach in (10, 20, 80)]
    assert errors[0] < 0.01
    assert errors[1] > 5 and errors[2] > 40
