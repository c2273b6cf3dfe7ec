"""Operations with and without the cache, counted against the formulas of the text."""

import numpy as np
import pytest

from needlebook.experiments.caching import CountingProduct, cache_bytes, flops_of_depth

pytestmark = pytest.mark.since("3b")


@pytest.mark.parametrize("depth", [1, 2, 5, 16])
def test_products_are_as_many_as_derived(depth):
    width, m = 8, 4
    one = 2 * m * width * width
    counts = flops_of_depth(depth, width, m)
    assert counts["cached"] == 3 * depth * one
    assert counts["signal kept"] == (3 * depth + depth * (depth + 1) // 2) * one
    assert counts["nothing kept"] == 3 * depth * (depth + 1) // 2 * one


def test_cost_is_linear_with_the_cache_and_quadratic_without():
    half, full = flops_of_depth(32), flops_of_depth(64)
    slopes = {name: np.log2(full[name] / half[name]) for name in full}
    assert slopes["cached"] == 1
    assert 1.8 < slopes["signal kept"] < 2 and 1.9 < slopes["nothing kept"] < 2


def test_product_counts_two_operations_for_each_term():
    product = CountingProduct()
    A, B = np.ones((2, 3)), np.ones((3, 5))
    np.testing.assert_array_equal(product(A, B), A @ B)
    assert product.flops == 2 * 2 * 3 * 5


def test_cache_grows_with_the_batch_and_weights_do_not():
    weights, cache = cache_bytes(10, 400, 100)
    assert weights == 10 * 400 * 400 * 4
    assert cache == (11 + 10) * 100 * 400 * 4
    assert cache_bytes(10, 400, 1000) == (weights, 10 * cache)
