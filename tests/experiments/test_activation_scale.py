import numpy as np
import pytest

from needlebook.experiments.activation_scale import after_training

pytestmark = pytest.mark.since("9")


def found(name):
    return np.mean([after_training(name, seed) for seed in range(2)], axis=0)


def test_larger_activations_make_smaller_weights_behind_them_and_faster_steps():
    half, whole, double = map(found, ("times 1/2", "nothing", "times 2"))
    assert half[1] > 1.2 * whole[1] > 1.2 * 1.2 * double[1]
    assert half[2] > 2 * whole[2] > 2 * 2 * double[2]
    products = [size * norm for size, norm, _ in (half, whole, double)]
    assert max(products) < 1.3 * min(products)


def test_scaled_masks_leave_the_weights_as_they_were():
    whole, scaled = found("nothing"), found("scaled masks, p = 1/2")
    assert scaled[1] == pytest.approx(whole[1], rel=0.1)
