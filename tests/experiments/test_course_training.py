"""The course's training run on the small digits; on MNIST where its files are."""

import json
from pathlib import Path

import numpy as np
import pytest

from needlebook.experiments.course_training import (
    course_weights,
    digits_in_order,
    homework_values,
    mnist_nine_to_one,
    order_matters,
    train_nn,
)
from needlebook.manual.mnist import find_mnist

pytestmark = pytest.mark.since("3b")
STORED = Path(__file__).parents[2] / "book/measurements/3b_mnist_nine_to_one.json"


def test_course_protocol_reads_the_small_digits():
    history = train_nn(*digits_in_order(0))
    assert history.shape == (20, 4)
    assert history[-1, 1] < 0.015 and history[-1, 3] < 0.035
    assert np.all(np.diff(history[:, 0]) < 0)


def test_data_sorted_by_label_are_learned_far_worse():
    shuffled, by_label = order_matters()
    assert by_label[0] > 0.5 > 0.2 > shuffled[0]
    assert by_label[-1] > 4 * shuffled[-1]


def test_weights_are_drawn_as_the_homework_draws_them():
    W1, W2 = course_weights(5, 4, 3)
    assert W1.dtype == W2.dtype == np.float32
    np.random.seed(0)
    np.testing.assert_array_equal(W1, np.random.randn(5, 4).astype(np.float32) / 2)
    wanted = np.random.randn(4, 3).astype(np.float32) / np.sqrt(3)
    np.testing.assert_allclose(W2, wanted, rtol=1e-6)


def test_without_the_files_there_is_no_mnist(monkeypatch):
    monkeypatch.delenv("NEEDLEBOOK_DATA", raising=False)
    assert mnist_nine_to_one() is None


if STORED.exists():  # the tree of a chapter has no measurements

    def test_stored_errors_are_two_to_three_times_the_one_that_the_course_states():
        stored = json.loads(STORED.read_text())["test error after 20 epochs"]
        assert all(1.5 < err / 0.0189 < 3.5 for err in stored)


if find_mnist("train") is not None:

    def test_first_epoch_on_mnist_gives_the_values_of_the_course():
        norm_W1, norm_W2, loss, err = homework_values(*find_mnist("train"))
        assert norm_W1 == pytest.approx(28.437788, rel=1e-5)
        assert norm_W2 == pytest.approx(10.455095, rel=1e-5)
        assert loss == pytest.approx(0.19770025, rel=1e-4)
        assert err == pytest.approx(0.06006667, rel=1e-4)


if find_mnist("test") is not None and STORED.exists():

    @pytest.mark.deep
    def test_stored_measurement_is_what_the_program_gives():
        stored = json.loads(STORED.read_text())["test error after 20 epochs"]
        for seed, err in enumerate(stored):
            run = train_nn(*mnist_nine_to_one(seed), seed=seed)
            assert run[-1, 3] == pytest.approx(err, abs=0.006)
