"""Convolutional modules with the course's interface, and the ways to convolve."""

import numpy as np
import pytest

import needlebook as ndl
from needlebook import nn
from needlebook.convolution import matrices, receptive, ways
from needlebook.resnet9 import ResNet9

pytestmark = pytest.mark.since("10")


def images(*shape, seed=0):
    return ndl.Tensor(np.random.default_rng(seed).normal(size=shape).astype("float32"))


def test_conv_draws_its_weight_first_and_keeps_the_size():
    np.random.seed(0)
    layer = nn.Conv(4, 8, 3)
    np.random.seed(0)
    bound = np.sqrt(2) * np.sqrt(3 / (3 * 3 * 4))
    drawn = np.random.rand(3, 3, 4, 8) * 2 * bound - bound
    assert layer.weight.numpy() == pytest.approx(drawn.astype("float32"))
    assert layer.bias.shape == (8,) and abs(layer.bias.numpy()).max() <= 1 / 6
    assert layer(images(2, 4, 7, 5)).shape == (2, 8, 7, 5)
    assert nn.Conv(4, 8, 3, stride=2)(images(2, 4, 8, 8)).shape == (2, 8, 4, 4)


def test_batch_norm_of_images_normalizes_each_channel():
    x = images(4, 3, 5, 6)
    out = nn.BatchNorm2d(3)(x * 3.0 + 2.0).numpy()
    assert out.mean(axis=(0, 2, 3)) == pytest.approx(np.zeros(3), abs=1e-5)
    assert out.std(axis=(0, 2, 3)) == pytest.approx(np.ones(3), abs=1e-3)


def test_resnet9_has_the_parameters_of_the_course():
    np.random.seed(0)
    network = ResNet9()
    assert sum(p.numpy().size for p in network.parameters()) == 431946
    assert network(images(2, 3, 32, 32)).shape == (2, 10)


def test_all_ways_to_convolve_agree():
    rng = np.random.default_rng(0)
    x, W = rng.normal(size=(2, 6, 7, 3)), rng.normal(size=(3, 3, 3, 4))
    want = ways.seven_loops(x, W)
    for other in (
        ways.shifted_products,
        ways.one_product,
        ways.fourier,
        ways.channel_pairs,
    ):
        assert other(x, W) == pytest.approx(want)
    assert ways.one_product(x, W[::-1]) != pytest.approx(want)


def test_the_banded_matrix_is_the_convolution_and_mostly_zero():
    rng = np.random.default_rng(0)
    W = rng.normal(size=(3, 3))
    dense = matrices.banded(W, 8)
    assert matrices.density(dense) < 0.15


def test_the_receptive_field_by_formula_is_that_of_the_gradient():
    layers = [(3, 1, 1), (3, 2, 1), (3, 1, 2)]
    assert receptive.by_formula(layers) == receptive.by_gradient(layers)[0]
