import numpy as np
import pytest

from needlebook.experiments.image_structure import (
    convolutional,
    mlp_and_convolutional,
    shifted,
)
from needlebook.manual.network import mlp

pytestmark = pytest.mark.since("3a")


def test_both_networks_have_the_same_number_of_parameters():
    rng = np.random.default_rng(0)
    assert mlp([64, 16, 10], rng).theta.size == convolutional(rng).theta.size == 1210


def test_a_shift_moves_by_at_most_a_pixel():
    image = np.zeros((50, 8, 8))
    image[:, 3, 3] = 1.0
    moved = shifted(image.reshape(50, 64), np.random.default_rng(0)).reshape(50, 8, 8)
    assert np.all(moved[:, 2:5, 2:5].sum(axis=(1, 2)) == 1.0)
    assert len({tuple(np.argwhere(m)[0]) for m in moved}) > 5


def test_convolution_pays_where_the_digits_move():
    runs = [mlp_and_convolutional(1000, seed, move=True) for seed in range(3)]
    plain, structured = np.mean(runs, axis=0)
    assert structured > plain + 0.08


def test_on_centred_digits_the_gain_is_small():
    runs = [mlp_and_convolutional(1000, seed) for seed in range(3)]
    plain, structured = np.mean(runs, axis=0)
    assert abs(structured - plain) < 0.04
