"""Cost of the two modes."""

import numpy as np
import pytest

from needlebook.experiments.mode_costs import (
    chain_loss,
    graph_size,
    network_arguments,
    network_loss,
    operations_by_inputs,
    reverse_ratio,
    seconds_by_inputs,
)
from needlebook.experiments.swell import logistic, product

pytestmark = pytest.mark.since("4")


def test_forward_mode_costs_n_times_what_reverse_mode_costs():
    for n in (1, 10, 100):
        value, forward, reverse = operations_by_inputs(n)
        assert forward == n * reverse
        assert 2 < reverse / value < 3


@pytest.mark.parametrize(
    ("f", "xs"),
    [
        (lambda a, b: np.log(a) + a * b - np.sin(b), [2.0, 5.0]),
        (product, list(np.arange(1.0, 21))),
        (lambda x: logistic(x, 20), [0.3]),
        (chain_loss, [np.ones(1000)]),
        (network_loss, network_arguments(32, 4, 4)),
        (network_loss, network_arguments(32, 64, 4)),
    ],
)
def test_value_and_all_gradients_cost_less_than_four_values(f, xs):
    assert 2 < reverse_ratio(f, xs) < 4


def test_a_matrix_product_costs_two_more_in_the_sweep():
    assert reverse_ratio(network_loss, network_arguments(32, 256, 4)) == pytest.approx(
        3.0, abs=0.01
    )


def test_memory_of_the_graph_grows_by_a_constant_per_layer():
    sizes = [graph_size(64, 32, layers) for layers in (2, 3, 4, 5)]
    for column in zip(*sizes, strict=True):
        steps = np.diff(column)
        assert steps[0] > 0
        assert np.all(steps == steps[0])
    assert sizes[-1][3] > 2 * sizes[-1][1]
    weights = sum(w.nbytes for w in network_arguments(256, 64, 4)[1:])
    assert weights < graph_size(256, 64, 4)[1] / 5


def test_seconds_are_measured_for_three_programs():
    times = seconds_by_inputs(2, repeats=1)
    assert len(times) == 3
    assert all(t > 0 for t in times)
