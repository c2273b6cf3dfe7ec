import itertools
from pathlib import Path

import numpy as np
import pytest

from needlebook.experiments.factorial import LARGE, corners, effects, one_run, tuned
from needlebook.experiments.intervals import mean_interval

pytestmark = pytest.mark.since("9")
STORED = (
    Path(__file__).parents[2] / "book" / "measurements" / "2026-11-27-factorial.csv"
)


@pytest.fixture(scope="module")
def found():
    of = [effects(corners(seed)) for seed in range(3)]
    return {name: mean_interval([row[name] for row in of]) for name in of[0]}


def test_the_norm_has_the_largest_effect(found):
    assert min(found, key=lambda name: found[name][0]) == "normalization"
    assert found["normalization"][2] < 0


def test_with_a_norm_the_initialization_stops_to_matter(found):
    mean, low, _ = found["initialization x normalization"]
    assert low > 0
    assert abs(found["initialization"][0] + mean) < abs(found["initialization"][0])


def test_effects_are_read_off_a_table_that_was_made_of_them():
    axes = np.meshgrid(*[[-0.5, 0.5]] * 4, indexing="ij")
    table = 3 * axes[0] - axes[2] + 2 * (2 * axes[0] * axes[2])
    of = effects(table)
    assert of["initialization"] == pytest.approx(3)
    assert of["normalization"] == pytest.approx(-1)
    assert of["initialization x normalization"] == pytest.approx(2)
    assert of["optimizer"] == pytest.approx(0)


def test_a_run_repeats_exactly():
    run = (2.0, "Adam", "batch", "both", 0.003, 1)
    assert one_run(*run, steps=10) == one_run(*run, steps=10)


stored = pytest.mark.stored(STORED.name)


@stored
def test_the_stored_grid_is_complete():
    best = tuned(STORED)
    assert set(best) == {
        tuple(map(str, levels)) for levels in itertools.product(*LARGE.values())
    }


@stored
def test_most_combinations_are_alike_and_the_failures_share_their_three_choices():
    best = {levels: np.mean(errors) for levels, errors in tuned(STORED).items()}
    near = [levels for levels in best if best[levels] <= min(best.values()) + 0.025]
    assert len(near) > 0.6 * len(best)
    for place, factor in enumerate(LARGE.values()):
        assert {levels[place] for levels in near} == set(map(str, factor))
    worst = sorted(best, key=best.get)[-6:]
    assert {(of[0], of[1], of[3]) for of in worst} == {("residual", "8.0", "none")}
