import numpy as np
import pytest

from needlebook.experiments.overparameterised import (
    parameter_count,
    spoil,
    train_on,
)

pytestmark = pytest.mark.since("9")


def errors(share, width=128, seeds=range(3)):
    return np.transpose([train_on(share, width, seed) for seed in seeds])


def test_there_are_more_parameters_than_examples():
    assert parameter_count([64, 128, 10]) == 65 * 128 + 129 * 10 > 200


def test_labels_from_a_die_are_learned_by_heart_and_teach_nothing():
    on_200, on_others = errors(1.0)
    assert on_200.max() == 0 and on_others.min() > 0.85


def test_the_same_network_fits_right_labels_as_completely_and_generalizes():
    on_200, on_others = errors(0.0)
    assert on_200.max() == 0 and on_others.max() < 0.1


def test_test_error_does_not_rise_with_width_once_all_is_fitted():
    narrow, wide = errors(0.0, 32), errors(0.0, 128)
    assert max(narrow[0].max(), wide[0].max()) <= 0.01
    assert wide[1].mean() < narrow[1].mean() + 0.005


def test_nor_does_it_with_a_fifth_of_the_labels_random():
    assert errors(0.2, 128)[1].mean() < errors(0.2, 32)[1].mean() + 0.01


def test_spoiled_labels_are_the_share_that_was_asked_for():
    y = np.zeros(20_000, dtype=int)
    changed = np.mean(spoil(y, 0.2, np.random.default_rng(0)) != y)
    assert changed == pytest.approx(0.18, abs=0.01)
