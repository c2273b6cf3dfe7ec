"""The exercises of the second half of chapter 7."""

import numpy as np
import pytest

from needlebook import nn, optim
from needlebook.autograd import Tensor
from needlebook.data import RandomCrop
from needlebook.data.drawing import drawing_from
from needlebook.experiments import penalties, resuming
from needlebook.gradcheck import gradcheck
from needlebook.solutions import ch07

pytestmark = pytest.mark.since("7")


def draws(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_7_9_smoothing_is_the_average_of_losses():
    z, y = Tensor(draws(3, 4)), Tensor(np.array([0, 3, 1]), requires_grad=False)
    log_p = z.numpy() - np.log(np.exp(z.numpy()).sum(1, keepdims=True))
    target = np.full((3, 4), 0.1 / 3)
    target[range(3), [0, 3, 1]] = 0.9
    loss = ch07.SmoothedLoss(0.1)
    assert loss(z, y).numpy() == pytest.approx(-(target * log_p).sum() / 3)
    assert ch07.SmoothedLoss(0.0)(z, y).numpy() == nn.SoftmaxLoss()(z, y).numpy()
    gradcheck(lambda z: loss(z, y), z, verbose=False)


@pytest.mark.np
def test_7_10_the_penalty_of_a_decay():
    strength = ch07.penalty_for_decay(0.003, 0.01)
    one = penalties.train(optim.SGD, strength_in_loss=strength)
    np.testing.assert_allclose(one, penalties.train(optim.SGD, decay=0.003 / 0.01))


def test_7_11_sometimes():
    image = draws(6, 6, 1)
    always, never = (ch07.Sometimes(RandomCrop(2), p) for p in (1.0, 0.0))
    with drawing_from(np.random.RandomState(2)) as _:
        found = always(image)
    assert not np.array_equal(found, image)
    assert never(image) is image


def test_7_12_rare_classes_are_drawn_as_often():
    labels = np.repeat([5, 7], [90, 10])
    order = ch07.balanced_order(labels, 4000, np.random.default_rng(0))
    assert 0.46 < np.mean(labels[order] == 7) < 0.54


def test_7_13_restarts():
    factor = ch07.restarts(4)
    assert [factor(t) for t in (0, 2, 4, 8, 12)] == pytest.approx([1, 0.5, 1, 0.5, 1])


def test_7_14_the_best_is_put_back(tmp_path):
    trainer, loader, validation = resuming.build(tmp_path / "file", 0)
    keep = ch07.KeepBest()
    trainer.callbacks = [keep]
    history = trainer.fit(loader, 2, validation)
    best = min(row["validation loss"] for row in history)
    trainer.optimizer.lr = trainer.scheduler.base = 1.0
    trainer.scheduler.factor = lambda step: 1.0
    trainer.fit(loader, 3, validation)
    assert trainer.history[-1]["validation loss"] > best
    assert trainer.evaluate(validation)["loss"] == pytest.approx(best)
    other = ch07.KeepBest()
    other.load_state_dict(keep.state_dict())
    assert other.lowest == best


def test_7_15_differences():
    rows = [{"run": 1, "lr": 0.1, "n": 3}, {"run": 2, "lr": 0.2, "n": 3, "k": 1}]
    assert ch07.differences(rows) == {"lr": [0.1, 0.2], "k": [None, 1]}


def test_7_16_scaled_by_data():
    np.random.seed(0)
    layers = [nn.Linear(30, 20), nn.ReLU(), nn.Linear(20, 5)]
    model, x = nn.Sequential(*layers), Tensor(draws(50, 30) * 7)
    found = ch07.scale_by_data(model, x)
    assert found[0] > 2
    assert ch07.scale_by_data(model, x) == pytest.approx([1, 1], rel=1e-4)


def test_7_17_equal_pull():
    w, a = Tensor(draws(3)), draws(3, seed=1)
    losses = [(w * Tensor(a)).sum(), (w**2).sum() * 10]
    weights = ch07.equal_pull(losses, [w])
    norms = [np.linalg.norm(a), np.linalg.norm(20 * w.numpy())]
    assert sum(weights) == pytest.approx(2)
    assert weights[0] * norms[0] == pytest.approx(weights[1] * norms[1])
