"""The exercises of the second half of chapter 9."""

import itertools

import numpy as np
import pytest

from needlebook import Tensor, optim
from needlebook.experiments.minimum_norm import underdetermined
from needlebook.solutions import ch09

pytestmark = pytest.mark.since("9")


def test_9_9_exactly_k_units_stay_and_equal_terms_have_no_variance():
    rng = np.random.default_rng(0)
    out = ch09.drop_exactly(np.ones((50, 8)), 3, rng)
    assert np.all(np.count_nonzero(out, axis=1) == 3)
    np.testing.assert_allclose(out.sum(axis=1), 8)
    assert len({row.tobytes() for row in out}) > 10


def test_9_10_stopping_early_in_closed_form():
    X, y = underdetermined()
    w, lr = np.zeros(60), 0.005
    for _ in range(40):
        w = w - lr * X.T @ (X @ w - y)
    np.testing.assert_allclose(ch09.stopped_early(X, y, lr, 40), w, atol=1e-12)


def test_9_10_few_steps_are_like_ridge_with_the_inverse_of_rate_times_steps():
    X, y = underdetermined()
    lr, steps = 1e-4, 10
    ridge = np.linalg.solve(X.T @ X + np.eye(60) / (lr * steps), X.T @ y)
    early = ch09.stopped_early(X, y, lr, steps)
    assert np.linalg.norm(early - ridge) < 0.1 * np.linalg.norm(ridge)


def test_9_11_the_peak_is_where_features_and_examples_are_equal_in_number():
    widths = (50, 150, 1000)
    bare = np.mean([ch09.error_by_width(widths, seed=s) for s in range(3)], axis=0)
    held = np.mean(
        [ch09.error_by_width(widths, 1e-2, seed=s) for s in range(3)], axis=0
    )
    assert bare[1] > 2 * bare[0] and bare[1] > 4 * bare[2]
    assert held[1] < held[0]


def test_9_12_no_rescaling_is_smaller():
    rng = np.random.default_rng(0)
    W_in, W_out = rng.normal(size=(5, 4)), rng.normal(size=(4, 3))
    smallest = ch09.smallest_norm(W_in, W_out)
    for _ in range(50):
        c = np.exp(rng.normal(size=4))
        norm = np.sum((W_in * c) ** 2) + np.sum((W_out / c[:, None]) ** 2)
        assert norm >= smallest
    a, b = np.linalg.norm(W_in, axis=0), np.linalg.norm(W_out, axis=1)
    c = np.sqrt(b / a)
    norm = np.sum((W_in * c) ** 2) + np.sum((W_out / c[:, None]) ** 2)
    assert norm == pytest.approx(smallest)


def test_9_13_the_mean_over_all_masks():
    rng = np.random.default_rng(0)
    X, y, w, p = rng.normal(size=(3, 8)), rng.normal(size=3), rng.normal(size=8), 0.3
    total = 0.0
    for mask in itertools.product([0, 1], repeat=8):
        weight = np.prod(np.where(np.array(mask) == 1, 1 - p, p))
        total += weight * np.mean((X * mask / (1 - p) @ w - y) ** 2)
    assert ch09.dropout_loss(X, y, w, p) == pytest.approx(total)
    assert ch09.dropout_loss(X, y, w, 0.0) == pytest.approx(np.mean((X @ w - y) ** 2))


@pytest.mark.np
def test_9_14_for_plain_sgd_the_wrapper_is_weight_decay():
    ends = []
    for wrapped in (False, True):
        w = Tensor(np.array([1.0, -2.0]))
        opt = optim.SGD([w], lr=0.1, weight_decay=0.0 if wrapped else 0.5)
        opt = ch09.Decoupled(opt, 0.5) if wrapped else opt
        for _ in range(5):
            opt.reset_grad()
            (w * w).sum().backward()
            opt.step()
        ends.append(w.numpy())
    np.testing.assert_allclose(*ends, rtol=1e-12)


def test_9_14_with_momentum_it_is_not():
    ends = []
    for wrapped in (False, True):
        w = Tensor(np.array([1.0, -2.0]))
        decay = 0.0 if wrapped else 0.5
        opt = optim.SGD([w], lr=0.1, momentum=0.9, weight_decay=decay)
        opt = ch09.Decoupled(opt, 0.5) if wrapped else opt
        (w * w).sum().backward()
        opt.step()
        ends.append(w.numpy())
    assert not np.allclose(*ends, rtol=1e-3)


def test_9_15_the_shift_of_the_variance():
    rng = np.random.default_rng(0)
    z = np.maximum(rng.normal(size=1_000_000), 0)
    dropped = z * (rng.random(z.size) >= 0.5) / 0.5
    want = dropped.var() / z.var()
    assert ch09.variance_shift(z.mean(), z.var(), 0.5) == pytest.approx(want, rel=0.01)
    assert ch09.variance_shift(0.0, 2.0, 0.5) == pytest.approx(2)
    assert want > 2


def test_9_16_steps_to_settle():
    steps = ch09.steps_to_settle(10.0, 5.0, 0.1, 0.01)
    assert 10 * 0.999**steps <= 5 < 10 * 0.999 ** (steps - 1)
