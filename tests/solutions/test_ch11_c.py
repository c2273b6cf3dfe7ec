"""The exercises 11.7 to 11.9."""

import numpy as np
import pytest

from needlebook.ladder import costs
from needlebook.solutions import ch11

pytestmark = pytest.mark.since("11")


def draws(n):
    return np.random.default_rng(0).normal(size=(2, n, n)).astype("float32")


@pytest.mark.parametrize("n", [4, 16, 64, 12])
def test_11_7_strassen_multiplies(n):
    A, B = draws(n)
    np.testing.assert_allclose(ch11.strassen(A, B, 4), A @ B, atol=1e-3)


def test_11_7_makes_seven_products_of_eight(monkeypatch):
    made = []

    class Counted(np.ndarray):
        def __matmul__(self, other):
            made.append(self.shape)
            return np.matmul(np.asarray(self), np.asarray(other)).view(Counted)

    A, B = (X.view(Counted) for X in draws(32))
    ch11.strassen(A, B, 8)
    assert made == [(8, 8)] * 49


def test_11_7_rounds_worse_than_the_loops():
    A, B = draws(256)
    exact = A.astype(float) @ B
    ours = np.abs(ch11.strassen(A, B, 16) - exact).max()
    assert ours > 2 * np.abs(A @ B - exact).max()


def test_11_8_is_the_formula_of_register_tiling():
    sizes = {"i": 48, "k": 96, "j": 144}
    for v1, v2, v3 in [(1, 1, 1), (4, 8, 1), (4, 8, 2)]:
        found = ch11.loads("ik,jk->ij", sizes, {"i": v1, "j": v2, "k": v3})
        assert found == costs.register_tiling(48, 96, 144, v1, v2)


def test_11_8_a_tile_of_taps_reads_overlapping_windows_once():
    sizes = {"i": 64, "a": 3, "c": 16, "o": 16}
    conv = "i+a,c;a,c,o->i,o"
    assert ch11.loads(conv, sizes, {}) == 2 * 64 * 3 * 16 * 16
    steps = 64 // 4 * 16 * 16 // 8
    found = ch11.loads(conv, sizes, {"i": 4, "a": 3, "o": 8})
    assert found == steps * ((4 + 3 - 1) + 3 * 8)
    assert found < ch11.loads(conv, sizes, {"i": 4, "o": 8})


def test_11_9_everything_is_fetched_once_where_it_fits():
    assert ch11.fetches("ijk", 32, 10_000) == ch11.fetches("ikj", 32, 10_000)
    assert ch11.fetches("ijk", 32, 10_000) == 3 * 32 * 32 // 16


def test_11_9_a_column_costs_a_line_for_each_number():
    walked = ch11.fetches("ijk", 32, 16)
    assert 32**3 <= walked < 1.2 * 32**3
    assert ch11.fetches("ikj", 32, 16) < walked / 10
