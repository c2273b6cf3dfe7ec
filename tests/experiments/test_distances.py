"""How far weights move; initialization against optimizer; ensembles."""

import numpy as np
import pytest

from needlebook.experiments import distances
from needlebook.experiments.intervals import mean_interval

pytestmark = pytest.mark.since("6")


def test_hidden_layers_move_less_with_width_and_the_output_layer_does_not():
    narrow, wide = (
        np.mean([distances.moved(width, seed) for seed in range(3)], axis=0)
        for width in (25, 200)
    )
    assert (wide[:2] < 0.6 * narrow[:2]).all() and wide[:2].max() < 0.2
    assert 0.5 < wide[2] < 0.9 and 0.5 < narrow[2] < 0.9


def test_initialization_outweighs_the_optimizer_in_weights_but_not_in_outputs():
    found = [distances.pairs(seed) for seed in range(4)]

    def interval(name, column):
        return mean_interval([pairs[name][column] for pairs in found])

    other_start, other_optimizer = "initialization, both SGD", "optimizer"
    assert interval(other_start, 1)[1] > 3 * interval(other_optimizer, 1)[2]
    assert interval(other_start, 1)[0] == pytest.approx(np.sqrt(2), abs=0.03)
    assert interval(other_start, 2)[0] < interval(other_optimizer, 2)[2]
    assert interval(other_start, 3)[1] < interval("order of the data", 3)[2]


def test_larger_steps_move_further_until_they_destroy():
    found = [distances.by_step_size(lr, 0) for lr in (0.03, 0.3, 1.0, 3.0)]
    moved, errors = np.transpose(found)
    assert (np.diff(moved) > 0).all()
    assert errors[2] < errors[0] < 0.3 < errors[3]


def test_an_ensemble_of_starts_helps_and_other_families_add_nothing():
    found = np.array([distances.ensembles(repeat) for repeat in range(5)])
    assert mean_interval(found[:, 0] - found[:, 2])[1] > 0
    assert mean_interval(found[:, 2] - found[:, 3])[1] < 0.002


def test_distance_is_symmetric_and_that_of_independent_vectors_is_root_two():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 20_000))
    assert distances.relative(one, one) == 0
    assert distances.relative(one, other) == distances.relative(other, one)
    assert distances.relative(one, other) == pytest.approx(np.sqrt(2), abs=0.03)
