import numpy as np
import pytest

from needlebook.experiments.dropout_depth import per_layer, sizes_by_depth, two_scalings
from needlebook.experiments.mask_spread import spread_of_masks, spread_of_one_unit

pytestmark = pytest.mark.since("9")


@pytest.mark.parametrize("power, factor", [(0, 0.5**0.5), (1, 2**0.5), (0.5, 1.0)])
def test_the_size_is_multiplied_by_the_derived_factor_in_every_layer(power, factor):
    assert per_layer(sizes_by_depth(0.5, power)) == pytest.approx(factor, rel=0.04)


def test_the_usual_scaling_explodes_in_fifty_layers_and_no_scaling_vanishes():
    level = sizes_by_depth(0.0, 1)[-1]
    assert sizes_by_depth(0.5, 1)[-1] > 1e5 * level
    assert sizes_by_depth(0.5, 0)[-1] < 1e-5 * level


def test_evaluation_sees_the_sizes_without_dropout():
    evaluated = sizes_by_depth(0.5, 1, training=False)
    np.testing.assert_allclose(evaluated, sizes_by_depth(0.0, 1), rtol=1e-5)


@pytest.mark.np
def test_both_scalings_are_one_network_when_their_rates_fit():
    inverted, paper = two_scalings()
    np.testing.assert_allclose(inverted, paper, rtol=1e-6, atol=1e-8)


def test_one_unit_is_felt_in_all_layers_behind_it():
    change = spread_of_one_unit()
    assert np.all(change[0] == 0) and np.count_nonzero(change[1]) == 1
    assert np.mean(change[3:] > 0) > 0.8
    by_layer = np.sqrt((change[1:] ** 2).mean(axis=1))
    assert by_layer.min() > 0.5 * by_layer[0]


def test_masks_at_one_layer_stay_level_and_masks_at_all_layers_pass_one():
    one, every = spread_of_masks(0.1, [1]), spread_of_masks(0.1, range(12))
    assert one[1:].max() < 2 * one[1:].min()
    assert every[-1] > 1 > every[0] and np.all(one[0] == 0)
