import sys

import numpy as np
import pytest

from needlebook.manual import toy

pytestmark = pytest.mark.since("3a")


@pytest.mark.parametrize(
    ("make", "n"),
    [
        (toy.rings, 2),
        (toy.spirals, 2),
        (toy.checkerboard, 2),
        (toy.hidden_pair, 20),
        (toy.hidden_product, 10),
    ],
)
def test_shapes_classes_and_seed(make, n):
    X, y = make(1000, np.random.default_rng(0))
    assert X.shape == (1000, n)
    assert set(y) == {0, 1}
    assert 0.4 < y.mean() < 0.6
    again = make(1000, np.random.default_rng(0))
    np.testing.assert_array_equal(X, again[0])
    np.testing.assert_array_equal(y, again[1])


def test_the_ring_is_outside_the_disc():
    X, y = toy.rings(1000, np.random.default_rng(0), noise=0.0)
    radius = np.linalg.norm(X, axis=1)
    assert radius[y == 0].max() < radius[y == 1].min()


def test_the_checkerboard_alternates():
    X, y = toy.checkerboard(2000, np.random.default_rng(0))
    right = X + [0.8, 0.0]
    column = np.floor((right[:, 0] + 1.6) / 0.8).astype(int)
    row = np.floor((X[:, 1] + 1.6) / 0.8).astype(int)
    np.testing.assert_array_equal((column + row) % 2, 1 - y)


def test_a_split_uses_each_example_once():
    X, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    X1, y1, X2, y2 = toy.split(X, y, np.random.default_rng(0), 7)
    assert len(X1) == 7
    assert sorted([*y1, *y2]) == list(range(10))
    np.testing.assert_array_equal(X2[:, 0], 2.0 * y2)


def test_a_split_that_leaves_nothing_is_refused():
    with pytest.raises(ValueError, match="between 1 and 9 for 10 examples, got 10"):
        toy.split(np.zeros((10, 2)), np.zeros(10), np.random.default_rng(0), 10)


def test_digits_are_images_between_zero_and_one():
    X, y = toy.digits()
    assert X.shape == (1797, 64)
    assert X.min() == 0.0 and X.max() == 1.0
    assert set(y) == set(range(10))


def test_without_scikit_learn_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(
        ModuleNotFoundError, match=r"pip install \"needlebook\[data\]\""
    ):
        toy.digits()
