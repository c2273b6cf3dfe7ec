import numpy as np
import pytest

from needlebook.experiments.curve_fits import curve, curve_error, kinks, ridge, target

pytestmark = pytest.mark.since("9")


def test_without_ridge_wide_models_pass_through_every_point():
    x, y, grid, fitted = curve(1000, 0.0)
    assert np.interp(x, grid, fitted) == pytest.approx(y, abs=0.05)


def test_a_little_ridge_is_nearer_to_the_truth_than_none_and_than_much():
    errors = {lam: curve_error(200, lam, range(50)) for lam in (0.0, 1e-4, 1.0)}
    assert 2 * errors[1e-4] < errors[0.0] and 2 * errors[1e-4] < errors[1.0]


def test_ridge_is_where_its_gradient_vanishes():
    rng = np.random.default_rng(0)
    F, y = kinks(np.linspace(-1, 1, 12), 30, rng), target(np.linspace(-1, 1, 12))
    w = ridge(F, y, 0.1)
    assert F.T @ (F @ w - y) + 0.1 * w == pytest.approx(np.zeros(30), abs=1e-12)
    assert np.abs(F.T @ (F @ w - y)).max() > 1e-4
