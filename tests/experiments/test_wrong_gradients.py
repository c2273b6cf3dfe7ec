"""Planted faults: what training shows of them, and what the oracle shows."""

import numpy as np
import pytest

from needlebook.experiments.wrong_gradients import (
    SIGNALS,
    alignment,
    oracle_errors,
    train,
)

pytestmark = pytest.mark.since("3b")
TRANSPOSED, LATE = "W2, not its transpose", "W2 changed first"


def test_wrong_program_of_the_first_page_learns_nearly_as_well():
    wrong = np.array([train(TRANSPOSED, seed)[-1] for seed in range(5)])
    right = np.array([train("right", seed)[-1] for seed in range(5)])
    assert wrong[:, 1].max() < 0.15
    assert np.any(wrong[:, 1] < right[:, 1])
    assert right[:, 1].mean() < wrong[:, 1].mean() < right[:, 1].mean() + 0.04


def test_oracle_passes_the_right_program():
    assert max(oracle_errors("right", 0)) < 1e-7


@pytest.mark.parametrize("name", [name for name in SIGNALS if name != "right"])
def test_oracle_finds_every_planted_fault_and_its_place(name):
    by_W1, by_W2 = oracle_errors(name, 0)
    assert by_W1 > 1e-2
    assert by_W2 < 1e-7


def test_fault_in_the_order_of_updates_grows_with_the_step():
    small, large = (oracle_errors(LATE, 0, lr=lr)[0] for lr in (0.002, 0.2))
    assert large / small == pytest.approx(100, rel=0.05)


def test_fault_in_the_order_of_updates_is_invisible_in_training_until_it_explodes():
    with np.errstate(over="ignore", invalid="ignore"):
        for lr, differs in [(0.2, False), (0.5, True)]:
            late, right = (train(name, 0, lr=lr)[-1, 1] for name in (LATE, "right"))
            assert right < 0.1
            assert (abs(late - right) > 0.3) == differs
    errors = [train("right", 0, lr=lr)[-1, 1] for lr in (0.002, 0.02, 0.2, 0.5)]
    assert np.argmin(errors) == 3


def test_network_turns_until_the_wrong_gradient_points_the_right_way():
    for seed in range(5):
        cosines = alignment(TRANSPOSED, seed)
        assert cosines[0] < 0.5 < cosines[-1]
    np.testing.assert_allclose(alignment("right", 0, epochs=2), 1)
