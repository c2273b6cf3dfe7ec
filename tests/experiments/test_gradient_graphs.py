"""What an optimizer takes away from gradient graphs."""

import pytest

from needlebook.experiments.gradient_graphs import (
    network_example,
    second_order_example,
    small_example,
)

pytestmark = pytest.mark.since("4")

EXAMPLES = [small_example, second_order_example, network_example]


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_step_makes_the_graph_smaller_or_leaves_it(example):
    counts = list(example().values())
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[1]  # a sweep over everything leaves dead nodes
    assert counts[-1] < counts[1]


def test_second_derivatives_shrink_to_less_than_half():
    counts = second_order_example()
    assert counts["shared"] < counts["recorded"] / 2
    first = small_example()
    ratio = first["shared"] / first["recorded"]
    assert counts["shared"] / counts["recorded"] < ratio


def test_most_of_a_network_is_needed():
    counts = network_example()
    assert counts["shared"] > 0.8 * counts["recorded"]
