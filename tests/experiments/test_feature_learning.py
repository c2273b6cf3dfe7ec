import numpy as np
import pytest

from needlebook.experiments.feature_learning import PLANE, curve_errors, three_learners

pytestmark = pytest.mark.since("3a")


@pytest.fixture(scope="module")
def found():
    return {
        name: np.mean([three_learners(make, seed) for seed in range(3)], axis=0)
        for name, make in PLANE.items()
    }


def test_a_line_separates_none_of_the_three(found):
    assert found["rings"][0] < 0.6
    assert found["spirals"][0] < 0.75
    assert found["checkerboard"][0] < 0.6


def test_the_radius_solves_the_rings_and_nothing_else(found):
    assert found["rings"][1] > 0.98
    assert found["spirals"][1] < 0.75
    assert found["checkerboard"][1] < 0.6


def test_learned_features_do_well_on_all_three(found):
    assert found["rings"][2] > 0.98
    assert found["spirals"][2] > 0.95
    assert found["checkerboard"][2] > 0.8


@pytest.mark.parametrize("curve, best", [("corners", 0), ("steps", 1), ("waves", 2)])
def test_each_activation_wins_on_the_curve_made_of_its_kind(curve, best):
    errors = np.median([curve_errors(curve, seed) for seed in range(3)], axis=0)
    others = np.delete(errors, best)
    assert errors[best] < 0.4 * others.min()
