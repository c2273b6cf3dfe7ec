import numpy as np
import pytest

from needlebook.experiments.approximation import (
    TARGETS,
    built_errors,
    bumps,
    needed_width,
    plane_wave,
    slope,
    trained_error,
)

pytestmark = pytest.mark.since("3a")

WIDTHS = [4, 8, 16, 32, 64, 128, 256, 512]


@pytest.mark.parametrize(
    "name, expected", [("sin(2πx)", -2.0), ("|x - 1/3|", -1.0), ("√x", -0.5)]
)
def test_the_error_falls_with_the_slope_of_the_proof(name, expected):
    assert slope(WIDTHS, built_errors(TARGETS[name], WIDTHS)) == pytest.approx(
        expected, abs=0.08
    )


def test_training_stays_behind_the_network_that_the_proof_writes_down():
    sine = TARGETS["sin(2πx)"]
    built = built_errors(sine, [64])[0]
    assert min(trained_error(sine, 64, seed) for seed in range(3)) > 3 * built


def geometric_mean(make, d, trained=False):
    widths = [needed_width(make, d, seed, trained=trained) for seed in range(3)]
    return np.exp(np.mean(np.log(widths)))


def test_the_width_for_pyramids_multiplies_with_each_dimension():
    widths = [geometric_mean(bumps, d) for d in (1, 2, 3, 4)]
    assert np.all(np.divide(widths[1:], widths[:-1]) > 2.5)


def test_a_trained_layer_needs_more_for_pyramids_and_hardly_more_for_a_wave():
    pyramids = [geometric_mean(bumps, d, trained=True) for d in (1, 3)]
    waves = [geometric_mean(plane_wave, d, trained=True) for d in (1, 3)]
    assert pyramids[1] > 4 * pyramids[0]
    assert waves[1] < 3 * waves[0]
