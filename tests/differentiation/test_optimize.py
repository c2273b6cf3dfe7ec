"""Optimising a recorded graph."""

import numpy as np
import pytest

from needlebook.differentiation.graph import Node, replay, topological_order
from needlebook.differentiation.optimize import operation_count, optimized
from needlebook.differentiation.reverse import adjoints

pytestmark = pytest.mark.since("4")


def lecture_graph():
    v1 = Node(0.5)
    v2 = np.exp(v1)
    v4 = v2 * (v2 + 1.0)
    return v1, v4, adjoints(v4, identities=True)[v1]


def test_the_derivative_of_the_lecture_example_needs_two_more_operations():
    v1, v4, slope = lecture_graph()
    assert operation_count([v4]) == 3
    assert operation_count([v4, slope]) == 8
    assert operation_count(optimized([v4, slope])) == 5


def test_the_optimized_graph_computes_the_same_everywhere():
    v1, v4, slope = lecture_graph()
    small = optimized([v4, slope])
    for at in (0.5, -1.0, 3.0):
        np.testing.assert_allclose(
            replay(small, {v1: at}), replay([v4, slope], {v1: at}), rtol=1e-14
        )


def test_equal_operations_on_equal_inputs_are_shared():
    x = Node(2.0)
    y = np.exp(x) * np.exp(x)
    assert operation_count([y]) == 3
    assert operation_count(optimized([y])) == 2
    assert operation_count(optimized([y], common=False)) == 3


def test_identities_go_only_where_nothing_changes():
    x = Node(np.ones(3))
    assert optimized([x * 1.0 + 0.0]) == [x]
    scalar = Node(2.0)
    spread = scalar * np.ones(3)  # changes the shape, so it stays
    assert optimized([spread]) == [spread]
    assert operation_count(optimized([x * 1.0], identities=False)) == 1


def test_two_inputs_of_equal_value_are_not_confused():
    a, b = Node(1.0), Node(1.0)
    y = np.exp(a) * np.exp(b)
    assert operation_count(optimized([y])) == 3
    assert optimized([a * b])[0].inputs == (a, b)


def test_the_given_graph_stays_as_it_is():
    v1, v4, slope = lecture_graph()
    before = [(n, n.op, n.inputs) for n in topological_order([v4, slope])]
    optimized([v4, slope])
    assert before == [(n, n.op, n.inputs) for n in topological_order([v4, slope])]
