"""Zero is a saddle, flat of order L; equal units stay equal, up to rounding."""

import numpy as np
import pytest

from needlebook import ops
from needlebook.experiments import zero_weights

pytestmark = pytest.mark.since("6")


def test_all_gradients_at_zero_are_exactly_zero():
    for sizes in ([3, 2, 2], [3, 4, 2], [3, 2, 2, 2]):
        for activation in (zero_weights.tanh, ops.relu):
            assert zero_weights.at_zero(sizes, activation)[0] == 0.0


@pytest.mark.np
@pytest.mark.parametrize("hidden", [2, 4])
def test_the_hessian_of_two_layers_has_the_predicted_signs(hidden):
    _, found = zero_weights.at_zero([3, hidden, 2], zero_weights.tanh)
    assert found == pytest.approx(zero_weights.predicted_eigenvalues(hidden), abs=1e-9)
    assert (found > 0.5).sum() == (found < -0.5).sum() == hidden


def test_the_hessian_of_three_layers_is_zero_and_that_of_relu_is_blind():
    for sizes, activation in (
        ([3, 2, 2, 2], zero_weights.tanh),
        ([3, 2, 2], ops.relu),
    ):
        assert abs(zero_weights.at_zero(sizes, activation)[1]).max() < 1e-12


@pytest.mark.np
@pytest.mark.parametrize("layers", [2, 3, 5])
def test_the_loss_falls_one_way_and_rises_the_other_with_power_of_depth(layers):
    down = zero_weights.along_a_line(layers, [0.02, 0.04])
    up = zero_weights.along_a_line(layers, [0.02, 0.04], -1)
    assert (down < 0).all() and (up > 0).all()
    assert np.log2(down[1] / down[0]) == pytest.approx(layers, abs=0.05)


def test_with_bias_only_the_frequencies_are_learned():
    loss, entropy, largest = zero_weights.zeros_with_bias()
    assert loss == pytest.approx(entropy, abs=1e-6)
    assert largest == 0.0


@pytest.mark.np
def test_equal_units_stay_one_unit_until_rounding_tells_them_apart():
    spread, rank, error = zero_weights.equal_units()
    assert spread < 1e-4 and rank == 1 and error > 0.7
    spread, _, _ = zero_weights.equal_units(steps=1500)
    assert spread > 0.01


def test_noise_breaks_the_symmetry_at_once():
    spread, rank, error = zero_weights.equal_units(noise=0.1)
    assert spread > 0.5 and rank == 40 and error < 0.1
