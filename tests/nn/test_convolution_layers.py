"""Layers on images: the course's shapes and draws, PyTorch's values."""

import numpy as np
import pytest

from needlebook import nn
from needlebook.autograd import Tensor
from needlebook.nn import nn_conv
from needlebook.resnet9 import ResNet9

pytestmark = pytest.mark.since("10")


def draws(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@pytest.mark.parametrize(
    "k, stride, options",
    [
        (3, 1, {}),
        (5, 2, {}),
        (3, 2, {"groups": 2}),
        (1, 1, {"groups": 4}),
        (3, 1, {"dilation": 2}),
        (3, 1, {"padding": 0, "dilation": 3}),
        (2, 2, {"padding": 1}),
    ],
)
def test_the_layer_is_that_of_torch(k, stride, options):
    torch = pytest.importorskip("torch")
    layer = nn.Conv(4, 8, k, stride, **options)
    kept = {"padding": (k - 1) * options.get("dilation", 1) // 2}
    theirs = torch.nn.Conv2d(4, 8, k, stride, **{**kept, **options})
    with torch.no_grad():
        weights = layer.weight.numpy().transpose(3, 2, 0, 1).copy()
        theirs.weight.copy_(torch.tensor(weights))
        theirs.bias.copy_(torch.tensor(layer.bias.numpy()))
    x = draws(2, 4, 7, 9)
    expected = theirs(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(layer(Tensor(x)).numpy(), expected, atol=2e-5)


def test_batch_norm_of_images_is_that_of_torch():
    torch = pytest.importorskip("torch")
    x = draws(4, 3, 5, 6) * 2 + 1
    layer, theirs = nn.BatchNorm2d(3), torch.nn.BatchNorm2d(3)
    expected = theirs(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(layer(Tensor(x)).numpy(), expected, atol=1e-5)
    np.testing.assert_allclose(
        layer.running_mean.numpy(), theirs.running_mean, atol=1e-6
    )


def test_pooling_layers_keep_channels_first():
    x = draws(2, 3, 4, 6)
    squares = x.reshape(2, 3, 2, 2, 3, 2)
    largest, mean = nn.MaxPool2d(2)(Tensor(x)), nn.AvgPool2d(2)(Tensor(x))
    np.testing.assert_allclose(largest.numpy(), squares.max(axis=(3, 5)))
    np.testing.assert_allclose(mean.numpy(), squares.mean(axis=(3, 5)), atol=1e-6)


def test_resnet9_has_the_parameters_of_the_course():
    network = ResNet9()
    assert sum(p.numpy().size for p in network.parameters()) == 431_946
    out = network(Tensor(draws(2, 3, 32, 32)))
    assert out.shape == (2, 10) and out.dtype == "float32"


def test_the_path_of_the_course():
    assert nn_conv.Conv is nn.Conv and nn_conv.BatchNorm2d is nn.BatchNorm2d
