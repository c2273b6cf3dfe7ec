import numpy as np
import pytest

from needlebook.experiments.activations import (
    RATES,
    RIVALS,
    best_rate,
    rival_accuracy,
    small_network,
    two_layers,
)
from needlebook.manual.toy import rings, spirals

pytestmark = pytest.mark.since("3a")


def average(rival, task):
    return np.mean([rival_accuracy(rival, task, seed) for seed in range(3)])


@pytest.mark.parametrize("name", RIVALS)
def test_rivals_stay_within_the_budget(name):
    make, kept, _ = RIVALS[name]
    size = two_layers(make, kept, 300, 2, 2, np.random.default_rng(0)).theta.size
    assert 240 < size <= 300


@pytest.mark.parametrize("name", ["maxout", "GLU"])
def test_looking_at_two_features_keeps_up_with_relu_on_the_spirals(name):
    assert average(name, "spirals") > 0.97


def test_normalisation_alone_does_not_wind():
    assert average("RMS norm", "spirals") < 0.75
    assert average("ReLU", "spirals") > 0.9


def test_on_the_hidden_pair_all_but_normalisation_are_alike():
    found = [average(name, "hidden pair") for name in RIVALS if name != "RMS norm"]
    assert max(found) - min(found) < 0.07
    assert min(found) > 0.87


@pytest.mark.deep
@pytest.mark.parametrize("name", RIVALS)
def test_each_rival_has_a_rate_that_is_best_or_its_neighbour(name):
    places = [RATES.index(rate) for rate in (RIVALS[name][2], best_rate(name))]
    assert abs(places[0] - places[1]) <= 1


def scores(kind, make):
    return [small_network(kind, make, seed)[0] for seed in range(3)]


def test_two_learned_splines_separate_the_rings_and_two_relus_do_not():
    assert min(scores("spline", rings)) > 0.97
    assert max(scores("relu", rings)) < 0.9


def test_a_learned_affine_activation_collapses_to_a_line():
    assert max(scores("affine", rings)) < 0.6
    assert max(scores("affine", spirals)) < 0.72


def test_the_learned_curves_on_the_rings_rise_and_fall_again():
    _, network = small_network("spline", rings, 0)
    X, _ = rings(400, np.random.default_rng(0))
    before = network.layers[0].forward(X)
    for j in range(2):
        z = np.linspace(before[:, j].min(), before[:, j].max(), 200)
        heights = network.layers[1].curve(j, z)
        ends = (heights[0] + heights[-1]) / 2
        assert abs(heights[80:120].mean() - ends) > 0.5 * np.ptp(heights)
