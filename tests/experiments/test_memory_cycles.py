"""What training steps leave behind, counted with the collector off (chapter 5)."""

import gc

import pytest

from needlebook.experiments.memory_cycles import Steps, growth_per_step, no_collector

pytestmark = pytest.mark.since("5")


def left_by(name):
    return growth_per_step(getattr(Steps(), name))


def test_a_step_in_place_leaves_nothing():
    assert left_by("in_place")[0] == 0


@pytest.mark.parametrize("name", ["data_wants_gradient", "new_weight"])
def test_a_circle_waits_for_the_collector(name):
    left, after = left_by(name)
    assert left >= 4
    assert after < 2 * left


def test_the_recorded_update_leaks_and_no_collector_helps():
    left, after = left_by("attached")
    assert left >= 4
    assert after > 20 * left


def test_the_collector_is_on_again_after_the_block():
    with no_collector():
        assert not gc.isenabled()
    assert gc.isenabled()
