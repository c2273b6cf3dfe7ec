"""Topological order and lazy values, without recursion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook.autograd import Tensor, find_topo_sort, topo_sort_dfs
from needlebook.errors import CycleError
from needlebook.experiments.deep_graphs import recursive_order
from needlebook.experiments.graph_growth import lazy_mode

pytestmark = pytest.mark.since("5")


@st.composite
def graphs(draw):
    nodes = [Tensor(1.0) for _ in range(draw(st.integers(1, 3)))]
    for _ in range(draw(st.integers(0, 12))):
        one, two = (draw(st.sampled_from(nodes)) for _ in range(2))
        nodes.append(one + two if draw(st.booleans()) else -one)
    return nodes


@given(graphs())
def test_order_is_the_post_order_of_the_recursion(nodes):
    assert find_topo_sort([nodes[-1]]) == recursive_order(nodes[-1])


@given(graphs())
def test_every_node_comes_once_and_after_its_inputs(nodes):
    order = find_topo_sort(nodes)
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order) == len(set(nodes))
    for node in order:
        assert all(place[value] < place[node] for value in node.inputs)


def test_dfs_skips_what_was_visited():
    x = Tensor(1.0)
    y = x + 1.0
    order, visited = [], {}
    topo_sort_dfs(y, visited, order)
    topo_sort_dfs(x, visited, order)
    assert order == [x, y]


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_cycle_is_named(length):
    x = Tensor(1.0)
    first = y = x * 2.0
    for _ in range(length):
        y = y + 1.0
    first.inputs = (y,)
    with pytest.raises(CycleError, match="its own inputs"):
        find_topo_sort([y])
    with pytest.raises(CycleError):
        y.backward()


def test_a_cycle_among_lazy_values_is_named():
    with lazy_mode():
        x = Tensor(1.0)
        y = x + 1.0
        z = y + 1.0
        y.inputs = (z,)
        with pytest.raises(CycleError):
            z.numpy()


def test_a_value_used_twice_is_no_cycle():
    x = Tensor(2.0)
    y = x * x
    assert find_topo_sort([y, y]) == [x, y]
