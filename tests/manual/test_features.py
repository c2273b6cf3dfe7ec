import numpy as np
import pytest

from needlebook.manual.features import (
    EvenCosines,
    LinearReadout,
    RandomFourierFeatures,
    gaussian_kernel,
    median_distance,
    with_constant,
    with_radius,
)

pytestmark = pytest.mark.since("3a")


def test_radius_and_constant_are_last_columns():
    X = np.array([[3.0, 4.0], [0.0, 2.0]])
    np.testing.assert_array_equal(with_radius(X)[:, 2], [25.0, 4.0])
    np.testing.assert_array_equal(with_constant(X)[:, 2], [1.0, 1.0])


def test_the_kernel_is_one_on_the_diagonal_and_falls_with_distance():
    X = np.array([[0.0, 0.0], [3.0, 4.0]])
    K = gaussian_kernel(X, X, 5.0)
    np.testing.assert_allclose(K, [[1.0, np.exp(-0.5)], [np.exp(-0.5), 1.0]])


def test_random_features_are_fixed_once_drawn():
    phi = RandomFourierFeatures(2, 10, 1.0, np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(4, 2))
    np.testing.assert_array_equal(phi(X), phi(X))
    assert phi(X).shape == (4, 10)


def test_without_the_phase_the_features_are_even():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3))
    even, phased = (
        kind(3, 50, 1.0, rng) for kind in (EvenCosines, RandomFourierFeatures)
    )
    np.testing.assert_allclose(even(X), even(-X))
    assert np.abs(phased(X) - phased(-X)).max() > 0.1


def test_median_distance_of_a_known_set():
    X = np.array([[0.0], [1.0], [3.0]])
    assert median_distance(X) == pytest.approx(2.0)


def test_the_readout_separates_what_a_line_separates():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2))
    y = (X[:, 0] + X[:, 1] > 0.2).astype(int)
    assert np.mean(LinearReadout(X, y)(X).argmax(axis=1) == y) > 0.95
