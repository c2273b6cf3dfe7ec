"""The epoch of chapter 3b with gradients by backward (chapter 5)."""

import numpy as np
import pytest

from needlebook.autograd import Tensor
from needlebook.experiments.autograd_training import against_by_hand, softmax_loss
from needlebook.manual.softmax import softmax_loss as loss_by_hand

pytestmark = pytest.mark.since("5")


@pytest.mark.np
def test_training_equals_the_gradients_by_hand():
    loss, W1, W2, value = against_by_hand(epochs=3)
    assert max(loss, W1, W2) < 1e-12
    assert value < np.log(5)


@pytest.mark.np
def test_the_loss_is_that_of_chapter_3b():
    rng = np.random.default_rng(0)
    logits, y = rng.normal(size=(7, 4)), rng.integers(4, size=7)
    ours = softmax_loss(Tensor(logits), Tensor(np.eye(4)[y])).numpy()
    assert ours == pytest.approx(loss_by_hand(logits, y), rel=1e-14)


def test_large_logits_do_not_overflow():
    logits = Tensor(np.array([[1000.0, 0.0], [0.0, -1000.0]]))
    loss = softmax_loss(logits, Tensor(np.eye(2)))
    loss.backward()
    assert loss.numpy() == pytest.approx(500.0)
    assert np.isfinite(logits.grad.numpy()).all()


def test_its_gradient_is_softmax_minus_one_hot():
    rng = np.random.default_rng(1)
    logits = Tensor(rng.normal(size=(3, 4)))
    softmax_loss(logits, Tensor(np.eye(4)[[1, 0, 3]])).backward()
    z = np.exp(logits.numpy())
    want = (z / z.sum(1, keepdims=True) - np.eye(4)[[1, 0, 3]]) / 3
    assert logits.grad.numpy() == pytest.approx(want)
