import numpy as np
import pytest

from needlebook import nn, optim
from needlebook.experiments.decay import left_after_noise, two_forms, with_decay
from needlebook.experiments.lipschitz import (
    largest_stretch,
    product_bound,
    steepest,
    steepest_chord,
)
from needlebook.experiments.regularized import few_digits, fit, network

pytestmark = pytest.mark.since("9")


@pytest.fixture(scope="module")
def decayed():
    return {lam: [with_decay(lam, s) for s in range(3)] for lam in (0.0, 0.03, 0.1)}


def mean(runs, key):
    return np.mean([run[key] for run in runs])


def test_decay_halves_the_test_error_on_spoiled_labels(decayed):
    assert mean(decayed[0.03], "test") < 0.6 * mean(decayed[0.0], "test")


def test_it_does_so_by_not_learning_the_wrong_labels(decayed):
    assert mean(decayed[0.0], "train") < 0.1 < mean(decayed[0.03], "train") < 0.3


def test_too_much_decay_learns_nothing(decayed):
    assert mean(decayed[0.1], "test") > 2 * mean(decayed[0.03], "test")


def test_bound_and_slope_fall_together_with_the_norm(decayed):
    for key in ("norm", "bound", "slope"):
        falling = [mean(decayed[lam], key) for lam in (0.0, 0.03, 0.1)]
        assert falling[0] > 1.5 * falling[1] > 1.5 * falling[2]


def test_the_bound_holds_and_says_little_about_deep_networks():
    X, _, X_test, _ = few_digits(0)
    y = few_digits(0)[1]
    loose = {}
    for depth in (1, 9):
        np.random.seed(0)
        model = network([64, *[50] * depth, 10])
        fit(model, X, y, optim.Adam(model.parameters(), lr=0.003), 150, batch=50)
        slope = steepest(model, X_test[:200])
        assert steepest_chord(model, X_test) <= product_bound(model)
        loose[depth] = product_bound(model) / slope
    assert 1 <= loose[1] < 3 and loose[9] > 20


def test_power_iteration_finds_the_largest_singular_value():
    W = np.random.default_rng(0).normal(size=(20, 30))
    assert largest_stretch(W, 500) == pytest.approx(np.linalg.norm(W, 2), rel=1e-3)


def test_the_steepest_slope_of_a_linear_map_is_its_largest_singular_value():
    np.random.seed(0)
    model = nn.Sequential(nn.Linear(6, 4))
    X = np.random.randn(5, 6).astype("float32")
    want = np.linalg.norm(model.modules[0].weight.numpy(), 2)
    assert steepest(model, X) == pytest.approx(want, rel=1e-5)


def off(kind):
    in_loss, apart = two_forms(kind, lam=0.1)
    return np.linalg.norm(in_loss - apart) / np.linalg.norm(apart)


def test_for_sgd_the_two_forms_are_one():
    assert off(optim.SGD) < 1e-5


def test_for_adam_they_are_not():
    assert off(optim.Adam) > 0.3


def test_adam_with_l2_keeps_weights_whose_gradient_is_large():
    kept = [left_after_noise(optim.Adam, scale, False) for scale in (0.01, 1.0, 100.0)]
    assert kept[0] < 0.999**500 < kept[1] < 0.8 and kept[2] > 0.98


def test_decoupled_decay_does_not_see_the_gradient():
    for scale in (0.01, 1.0, 100.0):
        left = left_after_noise(optim.Adam, scale, True)
        assert left == pytest.approx(0.999**500, abs=0.01)
