"""The hand-made gradients beside those of PyTorch, in double precision."""

import numpy as np
import pytest

from needlebook.manual import backprop, by_hand
from needlebook.manual.softmax import softmax_gradient, softmax_loss
from needlebook.manual.two_layer import two_layer_gradients

pytestmark = pytest.mark.since("3b")
torch = pytest.importorskip("torch")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def tracked(*arrays):
    return [torch.tensor(array, requires_grad=True) for array in arrays]


def loss_of(logits, y):
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(y))
    loss.backward()
    return loss.item()


def same(mine, theirs):
    np.testing.assert_allclose(mine, theirs.grad.numpy(), rtol=1e-10, atol=1e-13)


def test_softmax_loss_and_gradient(rng):
    H, y = 3 * rng.normal(size=(7, 4)), rng.integers(0, 4, 7)
    (logits,) = tracked(H)
    assert softmax_loss(H, y) == pytest.approx(loss_of(logits, y), rel=1e-12)
    same(softmax_gradient(H, y), logits)


def test_two_layers(rng):
    X, y = rng.normal(size=(7, 5)), rng.integers(0, 3, 7)
    arrays = rng.normal(size=(5, 6)), rng.normal(size=(6, 3))
    W1, W2 = tracked(*arrays)
    loss_of(torch.relu(torch.tensor(X) @ W1) @ W2, y)
    for mine, theirs in zip(two_layer_gradients(X, y, *arrays), (W1, W2), strict=True):
        same(mine, theirs)


@pytest.mark.parametrize("depth", [1, 3, 8])
def test_general_formula(rng, depth):
    widths = [int(n) for n in rng.integers(2, 9, depth)] + [4]
    network = backprop.random_network([5, *widths[-depth:]], rng)
    X, y = rng.normal(size=(7, 5)), rng.integers(0, 4, 7)
    weights, biases = tracked(*network.weights), tracked(*network.biases)
    (Z,) = (start,) = tracked(X)
    for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
        Z = Z @ W + b
        Z = torch.relu(Z) if i < depth - 1 else Z
    loss_of(Z, y)
    cache = backprop.forward(network, X)
    found = backprop.backward(network, cache, softmax_gradient(cache.Z[-1], y))
    for mine, theirs in zip(
        [*found.weights, *found.biases, found.X],
        [*weights, *biases, start],
        strict=True,
    ):
        same(mine, theirs)


def test_gated_network_with_shared_weights(rng):
    X, y = rng.normal(size=(8, 5)), rng.integers(0, 3, 8)
    arrays = [rng.normal(size=shape) for shape in [(5, 6), (6, 6), (6, 3)]]
    A, B, C = tracked(*arrays)
    Z2 = torch.relu(torch.tensor(X) @ A)
    Z3 = Z2 + torch.relu(Z2 @ B)
    loss_of((Z3 + Z2 * torch.relu(Z3 @ B)) @ C, y)
    H, cache = by_hand.gated_forward(X, *arrays)
    found = by_hand.gated_backward(softmax_gradient(H, y), cache, *arrays)
    for mine, theirs in zip(found, (A, B, C), strict=True):
        same(mine, theirs)
