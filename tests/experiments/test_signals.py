"""Moments after ReLU, chains of layers, gains: derived against measured."""

import numpy as np
import pytest

from needlebook import init
from needlebook.experiments import signals

pytestmark = pytest.mark.since("6")


def test_moments_after_relu():
    mean, second, variance = signals.relu_moments()
    assert mean == pytest.approx(1 / np.sqrt(2 * np.pi), abs=0.003)
    assert second == pytest.approx(0.5, abs=0.004)
    assert variance == pytest.approx(0.5 - 1 / (2 * np.pi), abs=0.003)


def test_variance_of_a_product_is_not_the_product_of_variances():
    measured, formula, product = signals.variance_of_product((2, 3), (1, 4))
    assert (formula, product) == (29, 4)
    assert measured == pytest.approx(29, rel=0.01)
    measured, formula, product = signals.variance_of_product((0, 0), (1, 4))
    assert formula == product == 4 and measured == pytest.approx(4, rel=0.02)


def test_a_sum_over_relu_inputs_has_the_second_moment_not_the_variance():
    measured, right, notes = signals.sum_after_relu()
    assert measured == pytest.approx(right, rel=0.03)
    assert abs(measured - notes) > 0.25


def test_typical_networks_fall_with_depth_over_width():
    logs = signals.depth_and_width(50, 25, draws=60)
    assert logs.mean() == pytest.approx(-1.25 * 49 / 25, abs=0.6)
    assert logs.std() == pytest.approx(np.sqrt(5 * 49 / 25) / 2, rel=0.25)
    shallow = signals.depth_and_width(12, 100, draws=60)
    assert abs(shallow.mean()) < 0.4


def test_what_telescopes_ends_alike_and_xavier_fails_both_ways():
    ends = {rule: signals.uneven(rule).mean(axis=0) for rule in signals.RULES}
    want = ends["fan_in"]
    assert ends["fan_out"] == pytest.approx(want, abs=1e-9)
    assert ends["geometric mean"] == pytest.approx(want, abs=1e-9)
    lost = ends["Xavier, gain of ReLU"] - want
    assert lost == pytest.approx([15 * np.log(0.64)] * 2, abs=1e-6)


def test_a_gain_serves_both_ways_for_relu_only():
    _, square, slope = signals.second_moments(
        lambda z: np.maximum(z, 0), lambda z: np.heaviside(z, 0.5)
    )
    assert slope / square == pytest.approx(1, abs=1e-6)
    _, square, slope = signals.second_moments(np.tanh, lambda z: 1 - np.tanh(z) ** 2)
    assert slope / square == pytest.approx(1.178, abs=1e-3)


def test_the_computed_gain_holds_fifty_layers_of_tanh_and_gain_one_does_not():
    for seed in range(3):
        held = signals.deep_signal(np.tanh, init.gain("tanh"), width=100, seed=seed)
        lost = signals.deep_signal(np.tanh, 1.0, width=100, seed=seed)
        assert 0.7 < held < 1.3 and lost < 0.3
