"""The four hand-made networks: right, and how their faults hide."""

import pytest

from needlebook.experiments.hand_written import body, caught, errors, ladder, mutants
from needlebook.manual import by_hand

pytestmark = pytest.mark.since("3b")


@pytest.mark.parametrize("name", by_hand.NETWORKS)
def test_backward_pass_agrees_with_the_oracle(name):
    assert max(errors(name)) < 1e-7


@pytest.mark.parametrize("name", by_hand.NETWORKS)
def test_forgotten_paths_fit_in_shape_and_only_the_oracle_sees_them(name):
    count = len(mutants(by_hand.NETWORKS[name][1]))
    assert caught(name) == (0, count)


def test_mutants_are_two_for_each_sum():
    backward = {name: pair[1] for name, pair in by_hand.NETWORKS.items()}
    sums = {name: "".join(body(f)).count(" + ") for name, f in backward.items()}
    assert {name: len(mutants(f)) for name, f in backward.items()} == {
        name: 2 * n for name, n in sums.items()
    }
    assert sums == {"plain": 0, "residual": 1, "shared": 3, "gated": 4}


def test_edits_of_the_backward_pass_are_about_twice_those_of_the_forward_pass():
    rows = ladder()
    assert all(1.5 < bwd / fwd < 2.5 for _, fwd, bwd, _, _ in rows)
    forward, backward = (sum(row[3][i] for row in rows[1:]) for i in (0, 1))
    assert 1.5 * forward < backward < 2.5 * forward
    assert rows[0][3] == [] and rows[-1][3][0] == 1
