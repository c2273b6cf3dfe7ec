import numpy as np
import pytest

from needlebook.experiments.approximation import slope
from needlebook.experiments.random_features import (
    kernel_errors,
    left_or_right,
    random_against_learned,
)

pytestmark = pytest.mark.since("3a")


def test_cosines_without_a_phase_cannot_tell_left_from_right():
    even, phased = np.mean([left_or_right(seed) for seed in range(5)], axis=0)
    assert 0.45 < even < 0.55
    assert phased > 0.95


def test_the_kernel_error_falls_with_the_root_of_the_number_of_features():
    sizes = np.array([16, 32, 64, 128, 256, 512, 1024, 2048])
    errors = kernel_errors(sizes, seeds=range(8)).mean(axis=0)
    assert -0.6 < slope(sizes, errors) < -0.4
    assert np.all(errors < 2 / np.sqrt(sizes))


def test_in_the_plane_random_features_are_as_good_as_learned_ones():
    for name in ("rings", "spirals", "checkerboard"):
        random, learned = np.mean(
            [random_against_learned(name, seed) for seed in range(2)], axis=0
        )
        assert random > learned - 0.02


def test_among_many_inputs_learned_features_find_the_two_that_matter():
    random, learned = np.mean(
        [random_against_learned("hidden_pair", seed) for seed in range(3)], axis=0
    )
    assert random < 0.68
    assert learned > random + 0.15


def test_on_the_digits_learned_features_are_ahead():
    random, learned = np.mean(
        [random_against_learned("digits", seed) for seed in range(2)], axis=0
    )
    assert random > 0.9
    assert learned > random + 0.01
