"""The computational graph: recording, order, replay, refusals."""

import numpy as np
import pytest

from needlebook.differentiation.graph import (
    Node,
    graph_bytes,
    replay,
    topological_order,
)

pytestmark = pytest.mark.since("4")


def example(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


def test_the_worked_example_is_recorded_as_written():
    x1, x2 = Node(2.0), Node(5.0)
    y = example(x1, x2)
    assert y.value == pytest.approx(11.652, abs=5e-4)
    trace = sorted(topological_order(y), key=lambda node: node.index)
    assert [node.op for node in trace[2:]] == [
        np.log,
        np.multiply,
        np.add,
        np.sin,
        np.subtract,
    ]
    assert y.inputs[0].inputs[1].inputs == (x1, x2)


def test_every_node_comes_after_its_inputs():
    x = Node(0.5)
    y = np.exp(x) * x + np.sin(x * x)
    order = topological_order([y, x * 2.0])
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert all(place[i] < place[node] for node in order for i in node.inputs)


def test_depth_is_not_limited_by_recursion():
    y = Node(0.0)
    for _ in range(50_000):
        y = y + 1.0
    assert len(topological_order(y)) == 100_001


def test_numbers_and_arrays_on_the_left_become_constants():
    x = Node(np.ones(3))
    for y in (2.0 - x, np.float64(2) / x, np.arange(3.0) * x, np.arange(3.0) + x):
        assert isinstance(y, Node)
        assert y.inputs[0].constant
        assert y.inputs[1] is x


def test_replay_runs_the_graph_at_another_point():
    x1, x2 = Node(2.0), Node(5.0)
    y = example(x1, x2)
    assert replay([y], {x1: 3.0, x2: 1.0})[0] == example(3.0, 1.0)
    assert replay([y], {})[0] == y.value


def test_graph_bytes_adds_up_the_values():
    x = Node(np.zeros((4, 8)))
    assert graph_bytes(np.exp(x) * 2.0) == 3 * 4 * 8 * 8 + 8


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (lambda a, b: a + b, r"add: cannot combine \(2, 3\) with \(3,\): they differ"),
        (lambda a, b: a @ b, r"matmul: cannot combine .* matrices only"),
        (lambda a, b: a @ a, r"matmul: .*: inner sizes 3 and 2 differ"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(program, message):
    with pytest.raises(ValueError, match=message):
        program(Node(np.ones((2, 3))), Node(np.ones(3)))
