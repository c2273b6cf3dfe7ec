"""Reverse mode, as a sweep of numbers and as an extended graph."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook.differentiation.forward import jvp
from needlebook.differentiation.graph import Node, replay, topological_order
from needlebook.differentiation.reverse import (
    adjoints,
    backprop,
    pull,
    value_and_gradient,
)

pytestmark = pytest.mark.since("4")


def example(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


def test_reverse_trace_of_the_worked_example():
    x1, x2 = Node(2.0), Node(5.0)
    y = example(x1, x2)
    backprop(y)
    assert x1.grad == 5.5
    assert x2.grad == pytest.approx(1.716, abs=5e-4)
    assert {x1, x2} <= set(topological_order(y))


def test_an_adjoint_is_the_sum_of_its_partial_adjoints():
    x1, x2 = Node(2.0), Node(5.0)
    y = example(x1, x2)
    backprop(y)
    arriving = {}
    for node in topological_order(y):
        values = [x.value for x in node.inputs]
        for k, part in pull(node.op, node.grad, node.value, values):
            arriving.setdefault(node.inputs[k], []).append(part)
    assert [len(arriving[x]) for x in (x1, x2)] == [2, 2]
    for node, parts in arriving.items():
        assert node.grad == pytest.approx(sum(parts))


def test_every_adjoint_has_the_shape_of_its_value():
    rng = np.random.default_rng(0)
    x, w, c = (Node(rng.standard_normal(s)) for s in ((5, 3), (3, 4), ()))
    y = (np.tanh(x @ w) * c + x.T.sum()).sum()
    for node, adjoint in adjoints(y).items():
        assert adjoint.shape == node.shape
    backprop(y)
    assert all(np.shape(n.grad) == n.shape for n in topological_order(y))


UNARY = [np.sin, np.tanh, np.exp, np.negative, lambda a: a * a]
BINARY = [np.add, np.subtract, np.multiply, np.maximum]


@st.composite
def programs(draw):
    """A random program of three inputs: a list of (function, arguments)."""
    steps = []
    for size in range(3, 3 + draw(st.integers(1, 12))):
        function = draw(st.sampled_from(UNARY + BINARY))
        arity = 2 if function in BINARY else 1
        places = st.integers(max(0, size - 4), size - 1)
        steps.append((function, [draw(places) for _ in range(arity)]))
    return steps


def run(steps, *xs):
    values = list(xs)
    for function, places in steps:
        values.append(np.tanh(function(*(values[i] for i in places))))
    return values[-1]


@given(programs())
def test_two_reverse_modes_and_forward_mode_agree_on_random_programs(steps):
    xs = [0.3, -0.7, 1.1]
    leaves = [Node(x) for x in xs]
    y = run(steps, *leaves)
    node_to_grad = adjoints(y)
    backprop(y)
    for k, leaf in enumerate(leaves):
        direction = [float(i == k) for i in range(3)]
        expected = jvp(lambda *xs: run(steps, *xs), xs, direction)[1]
        swept = 0.0 if leaf.grad is None else leaf.grad
        recorded = node_to_grad[leaf].value if leaf in node_to_grad else 0.0
        assert swept == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert recorded == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_extended_graph_is_a_program_for_other_points():
    v1 = Node(0.5)
    v2 = np.exp(v1)
    slope = adjoints(v2 * (v2 + 1.0))[v1]
    for at in (0.5, 1.0, -2.0):
        e = np.exp(at)
        assert replay([slope], {v1: at})[0] == pytest.approx(e * (2 * e + 1))


def test_identities_are_nodes_only_on_request():
    v1 = Node(0.5)
    y = v1 + 1.0
    bar = adjoints(y)
    assert bar[v1] is bar[y]
    assert adjoints(y, identities=True)[v1].op is np.positive


def test_backprop_twice_does_not_add_up():
    x = Node(3.0)
    y = x * x
    backprop(y)
    backprop(y)
    assert x.grad == 6.0


def test_backprop_starts_from_a_given_seed():
    x = Node(np.ones(3))
    backprop(np.sin(x), seed=np.array([1.0, 0.0, 2.0]))
    np.testing.assert_allclose(x.grad, np.cos(1.0) * np.array([1.0, 0.0, 2.0]))


def test_an_unused_argument_has_gradient_zero():
    value, gradients = value_and_gradient(lambda a, b: a * 2.0, 3.0, np.ones(2))
    assert value == 6.0
    np.testing.assert_array_equal(gradients[1], np.zeros(2))


def test_an_operation_without_a_rule_is_named():
    with pytest.raises(NotImplementedError, match="no rule for arctan"):
        backprop(np.arctan(Node(1.0)))
