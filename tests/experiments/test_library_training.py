"""The library trains: the digits here, MNIST where its files are."""

import json
from pathlib import Path

import numpy as np
import pytest

from needlebook import data, nn
from needlebook.autograd import Tensor
from needlebook.experiments.course_training import digits_in_order
from needlebook.experiments.library_training import (
    RECIPES,
    epoch,
    on_mnist,
    second_moments,
    train,
)
from needlebook.experiments.loss_shapes import fitted_slope
from needlebook.manual.mnist import find_mnist

pytestmark = pytest.mark.since("8")
STORED = Path(__file__).parents[2] / "book/measurements/8_mnist_library.json"


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_digits_are_learned(recipe):
    history, _ = train(recipe, *digits_in_order(0), epochs=20)
    assert history[-1, 2] < 0.05 and history[-1, 1] < 0.2 * history[0, 1]


def test_epoch_returns_the_error_rate_and_a_loss_weighted_by_batch_size():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(10, 4)).astype("float32"), rng.integers(3, size=10)
    model = nn.Sequential(nn.Linear(4, 3))
    logits = model(Tensor(X))
    whole = nn.SoftmaxLoss()(logits, y).numpy().item()
    loader = data.DataLoader(data.NDArrayDataset(X, y), 4)
    err, loss = epoch(loader, model)
    assert err == np.mean(logits.numpy().argmax(1) != y)
    assert loss == pytest.approx(whole, rel=1e-5) and not model.training


def test_variance_two_by_n_keeps_the_second_moment_and_one_by_n_halves_it():
    assert 0.5 < second_moments()[-1] < 2
    assert second_moments(0.5**0.5)[-1] < 0.05


def test_targets_without_their_axis_give_the_slope_zero():
    assert fitted_slope(True) == pytest.approx(3, abs=1e-3)
    assert abs(fitted_slope(False)) < 1e-3


if STORED.exists():  # the tree of a chapter has no measurements

    def test_stored_accuracies_are_above_94_percent_on_average():
        stored = json.loads(STORED.read_text())["test error after 20 epochs"]
        assert list(stored) == list(RECIPES)
        assert all(np.mean(errors) < 0.06 for errors in stored.values())
        assert max(stored["three layers, Adam"]) < 0.06


if find_mnist("test") is not None:

    def test_94_percent_of_a_held_out_tenth_of_mnist():
        assert on_mnist("three layers, Adam", epochs=8)[-1] < 0.06


if find_mnist("test") is not None and STORED.exists():

    @pytest.mark.deep
    @pytest.mark.parametrize("recipe", RECIPES)
    def test_the_stored_measurement_is_what_the_program_gives(recipe):
        stored = json.loads(STORED.read_text())["test error after 20 epochs"]
        for seed, err in enumerate(stored[recipe]):
            assert on_mnist(recipe, seed)[-1] == pytest.approx(err, abs=0.008)
