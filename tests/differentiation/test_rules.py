"""The table of rules: every rule against differences, and planted faults."""

import numpy as np
import pytest

from needlebook.differentiation import rules
from needlebook.differentiation.forward import Dual, jvp
from needlebook.differentiation.graph import Node, total
from needlebook.differentiation.numerical import directional_check
from needlebook.differentiation.reverse import value_and_gradient
from needlebook.differentiation.symbolic import derivative, evaluate, variable

pytestmark = pytest.mark.since("4")

OPS = list(rules.ELEMENTWISE)


def arguments(op):
    rng = np.random.default_rng(7)
    return [rng.uniform(0.5, 2.0, (2, 3)) for _ in range(op.nin)]


def worst_error(op):
    """Largest relative error of reverse and forward mode for sum(op(...) * c)."""
    xs = arguments(op)
    c = np.random.default_rng(8).standard_normal((2, 3))

    def f(*xs):
        return (op(*xs) * c).sum()

    errors = [directional_check(f, value_and_gradient(f, *xs)[1], xs)[2]]
    for k in range(op.nin):
        direction = [np.full((2, 3), float(i == k)) for i in range(op.nin)]
        eps = 1e-6
        up = f(*(x + eps * d for x, d in zip(xs, direction, strict=True)))
        down = f(*(x - eps * d for x, d in zip(xs, direction, strict=True)))
        tangent = jvp(f, xs, direction)[1]
        errors.append(abs(tangent - (up - down) / (2 * eps)) / (1e-9 + abs(tangent)))
    return max(errors)


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.__name__)
def test_rule_agrees_with_differences_in_both_modes(op):
    assert worst_error(op) < 1e-6


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.__name__)
def test_a_planted_fault_in_a_rule_is_caught(op, monkeypatch):
    for k, rule in enumerate(rules.ELEMENTWISE[op]):
        faulty = list(rules.ELEMENTWISE[op])
        faulty[k] = lambda d, y, *a, rule=rule: rule(d, y, *a) * 1.01
        monkeypatch.setitem(rules.VJP, op, faulty)
        monkeypatch.setitem(rules.JVP, op, faulty)
        assert worst_error(op) > 1e-4


SMOOTH = [op for op in OPS if op not in (np.absolute, np.maximum)]


@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.__name__)
def test_the_same_rule_differentiates_formulas(op):
    numbers = [float(x[0, 0]) for x in arguments(op)]
    names = [f"a{k}" for k in range(op.nin)]
    formula = op(*map(variable, names))
    values = dict(zip(names, numbers, strict=True))
    expected = value_and_gradient(op, *numbers)[1]
    found = [evaluate(derivative(formula, name), values) for name in names]
    np.testing.assert_allclose(found, expected)


def test_matmul_rules_have_the_shapes_of_their_inputs_and_agree_with_differences():
    rng = np.random.default_rng(0)
    X, W = rng.standard_normal((5, 3)), rng.standard_normal((3, 4))

    def f(X, W):
        return np.tanh(X @ W).sum()

    _, (X_bar, W_bar) = value_and_gradient(f, X, W)
    Z_bar = 1 - np.tanh(X @ W) ** 2
    assert X_bar.shape == X.shape
    assert W_bar.shape == W.shape
    np.testing.assert_allclose(X_bar, Z_bar @ W.T)
    np.testing.assert_allclose(W_bar, X.T @ Z_bar)
    assert directional_check(f, [X_bar, W_bar], [X, W])[2] < 1e-6


def test_forward_and_reverse_are_transposes_of_each_other():
    """u . (J v) from forward mode equals (u J) . v from reverse mode."""
    rng = np.random.default_rng(3)
    x, v, u = (rng.standard_normal((4, 4)) for _ in range(3))

    def f(x):
        return np.tanh(x @ x) * np.sin(x)

    _, pushed = jvp(f, [x], [v])
    pulled = value_and_gradient(lambda x: (f(x) * u).sum(), x)[1][0]
    assert np.sum(u * pushed) == pytest.approx(np.sum(pulled * v))


def test_comparisons_are_flat_in_both_modes():
    assert not isinstance(Dual(1.0, 1.0) > 0, Dual)
    assert value_and_gradient(lambda x: (x > 0) * 1.0, 2.0)[1] == [0.0]


def test_total_of_a_node_spreads_its_adjoint():
    x = Node(np.arange(6.0).reshape(2, 3))
    assert x.sum().op is total
    np.testing.assert_array_equal(
        value_and_gradient(lambda x: x.sum() * 3.0, x.value)[1][0], np.full((2, 3), 3.0)
    )
