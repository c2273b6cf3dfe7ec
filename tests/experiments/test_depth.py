import numpy as np
import pytest

from needlebook.experiments.depth import (
    DEPTHS,
    at_depth,
    mlp_parameters,
    width_for,
)
from needlebook.manual.network import mlp

pytestmark = pytest.mark.since("3a")


@pytest.mark.parametrize("depth", DEPTHS)
def test_every_depth_stays_just_within_the_budget(depth):
    for budget, n_in, n_out in [(600, 2, 2), (400, 10, 2), (2500, 64, 10)]:
        width = width_for(budget, n_in, depth, n_out)
        network = mlp([n_in, *[width] * depth, n_out], np.random.default_rng(0))
        assert network.theta.size == mlp_parameters(n_in, width, depth, n_out)
        assert network.theta.size <= budget
        assert mlp_parameters(n_in, width + 1, depth, n_out) > budget


def average(name, depth, seeds=range(5)):
    return np.mean([at_depth(name, depth, seed) for seed in seeds])


def test_on_the_spirals_depth_wins():
    assert average("spirals", 3) > average("spirals", 1) + 0.1


def test_on_the_product_a_second_layer_wins():
    assert average("product", 2) > average("product", 1) + 0.015


def test_on_the_digits_depth_loses():
    assert average("digits", 5) < average("digits", 1) - 0.01


def test_on_the_digits_three_layers_lose_seed_by_seed():
    gains = [at_depth("digits", 3, s) - at_depth("digits", 1, s) for s in range(5)]
    assert np.mean(gains) < -0.002


@pytest.mark.parametrize("name", ["spirals", "product", "digits"])
def test_from_three_to_five_layers_nothing_is_gained(name):
    assert average(name, 5) < average(name, 3) + 0.01
