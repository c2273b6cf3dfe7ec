"""Recursion, depth and sharing (chapter 5)."""

import sys

import pytest

from needlebook.autograd import find_topo_sort
from needlebook.experiments.deep_graphs import (
    calls_by_recursion,
    calls_of_rules,
    chain,
    deepest_recursion,
    doubling,
    recursive_order,
)

pytestmark = pytest.mark.since("5")


def test_recursion_ends_near_the_limit_of_the_interpreter():
    works, limit = deepest_recursion()
    assert limit == sys.getrecursionlimit()
    assert 0.3 * limit < works < limit


def test_the_list_walks_what_recursion_cannot():
    leaf, end = chain(50_000)
    with pytest.raises(RecursionError):
        recursive_order(end)
    order = find_topo_sort([end])
    assert len(order) == 50_001
    assert order[0] is leaf and order[-1] is end


def test_both_give_the_same_order():
    _, end = doubling(6)
    assert recursive_order(end) == find_topo_sort([end])


@pytest.mark.parametrize("depth", [1, 5, 10])
def test_sharing_makes_recursion_exponential_and_leaves_the_sweep_linear(depth):
    assert calls_by_recursion(doubling(depth)[1]) == 2 ** (depth + 1) - 1
    assert calls_of_rules(doubling(depth)[1]) == depth


def test_the_sweep_finds_the_gradient_that_all_paths_add_up_to():
    leaf, end = doubling(10)
    end.backward()
    assert leaf.grad.numpy() == 2**10
