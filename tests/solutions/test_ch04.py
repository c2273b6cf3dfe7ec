"""The exercises of chapter 4."""

import numpy as np
import pytest

from needlebook.differentiation.checkpoint import checkpointed_gradient
from needlebook.differentiation.graph import Node, topological_order
from needlebook.differentiation.numerical import directional_check, numerical_jacobian
from needlebook.differentiation.reverse import value_and_gradient
from needlebook.differentiation.symbolic import (
    derivative,
    evaluate,
    operations,
    variable,
)
from needlebook.experiments.swell import logistic
from needlebook.solutions import ch04

pytestmark = pytest.mark.since("4")


def test_4_1_complex_step_is_exact():
    assert ch04.complex_step(np.sin, 1.0) == pytest.approx(np.cos(1.0), rel=1e-15)
    assert ch04.complex_step(lambda x: x**3 + np.exp(x), 2.0) == pytest.approx(
        12 + np.exp(2.0), rel=1e-15
    )


def test_4_2_best_step_of_the_second_difference():
    best = ch04.second_difference_eps(np.float64)

    def error(eps):
        x = np.linspace(0.5, 1.0, 50)
        wrong = ch04.second_difference(np.sin, x, eps) + np.sin(x)
        return np.sqrt(np.mean(wrong**2))

    assert error(best) < 1e-7
    assert error(best / 30) > 10 * error(best)
    assert error(best * 30) > 10 * error(best)


@pytest.mark.parametrize("n", [1, 2, 3, 8, 40])
def test_4_3_gradient_of_a_product(n):
    values = list(np.random.default_rng(n).uniform(0.5, 1.5, n))
    values[-1] = 0.0
    gradient, multiplications = ch04.product_gradient(values)
    expected = [np.prod(values[:i] + values[i + 1 :]) for i in range(n)]
    np.testing.assert_allclose(gradient, expected)
    assert multiplications == max(0, 3 * n - 6)


def test_4_4_adjoint_of_an_inverse():
    rng = np.random.default_rng(0)
    X, C = rng.standard_normal((4, 4)) + 4 * np.eye(4), rng.standard_normal((4, 4))
    X_bar = ch04.inverse_adjoint(np.linalg.inv(X), C)
    assert directional_check(lambda X: (np.linalg.inv(X) * C).sum(), [X_bar], [X])[
        2
    ] < (1e-6)


def test_4_5_jacobian_by_sweeps():
    def f(x):
        return np.sin(x) * x.sum()

    x = np.array([0.3, -0.5, 1.0])
    found = ch04.jacobian(f, x)
    assert np.count_nonzero(found) == 9
    np.testing.assert_allclose(found, numerical_jacobian(f, x), atol=1e-8)


def test_4_6_sharing_cures_expression_swell():
    counts = []
    for rounds in range(2, 8):
        formula = logistic(variable("x"), rounds)
        shared = ch04.shared_derivative(formula, "x")
        counts.append(operations(shared, shared=True))
        at = {"x": 0.3}
        assert evaluate(shared, at) == pytest.approx(
            evaluate(derivative(formula, "x"), at)
        )
    assert set(np.diff(counts)) == {8}


def test_4_7_newton_solves_a_quadratic_in_one_step():
    a = np.array([1.0, 2.0, 3.0])
    step = ch04.newton_step(
        lambda x: (x * x * a - x).sum() + x.sum() * x.sum(), np.array([5.0, 6.0, 7.0])
    )
    gradient = 2 * a * step - 1 + 2 * step.sum()
    np.testing.assert_allclose(gradient, 0, atol=1e-12)
    uphill = ch04.newton_step(lambda x: np.cos(x).sum(), np.array([0.3]))
    assert np.cos(uphill[0]) > np.cos(0.3)


@pytest.mark.parametrize("power", [0, 1, 3, 6])
def test_4_8_bisection_keeps_a_logarithm(power):
    stages = [np.tanh] * (2**power - 1) + [lambda x: x.sum()]
    x = np.linspace(0.1, 1, 5)
    gradient, runs, kept = ch04.bisecting_gradient(stages, x)
    _, expected, _ = checkpointed_gradient(stages, x, len(stages))
    np.testing.assert_allclose(gradient, expected)
    assert kept == power + 1
    assert runs == 2**power * power // 2 + 2**power


def test_4_9_nested_derivatives_are_not_confused():
    assert ch04.slope(lambda x: x * ch04.slope(lambda y: x + y, 2.0), 1.0) == 1.0
    mixed = ch04.slope(lambda x: x * ch04.slope(lambda y: x * x * y * y * y, 2.0), 3.0)
    assert mixed == 3 * 9 * 12
    third = ch04.slope(lambda x: ch04.slope(lambda x: ch04.slope(np.sin, x), x), 1.0)
    assert third == pytest.approx(-np.cos(1.0))
    assert ch04.slope(lambda x: 4.0, 1.0) == 0.0


def test_4_10_random_directions_average_to_the_gradient():
    x = np.arange(1.0, 6.0)

    def f(x):
        return (x * x).sum()

    few, many = (
        np.linalg.norm(ch04.random_direction_gradient(f, x, n) - 2 * x)
        for n in (20, 20_000)
    )
    assert many < 0.05 * np.linalg.norm(2 * x)
    assert many < few
    # one pass: mean squared error (n + 1) |g|^2
    errors = [
        np.sum((ch04.random_direction_gradient(f, x, 1, seed=s) - 2 * x) ** 2)
        for s in range(2000)
    ]
    assert np.mean(errors) == pytest.approx(6 * np.sum(4 * x * x), rel=0.15)


def test_4_11_a_frugal_sweep_holds_one_adjoint_on_a_chain():
    leaf = out = Node(np.full(3, 0.3))
    for _ in range(20):
        out = np.tanh(out)
    out = out.sum()
    gradients, most = ch04.frugal_backprop(out)

    def chain(x):
        for _ in range(20):
            x = np.tanh(x)
        return x.sum()

    np.testing.assert_allclose(
        gradients[leaf], value_and_gradient(chain, leaf.value)[1][0]
    )
    assert most == 1
    assert len(topological_order(out)) == 22


def test_4_12_no_slope_at_the_corner_is_right_everywhere():
    for alpha in (0.0, 0.25, 0.5, 1.0):
        assert ch04.corner_slopes(alpha) == (2 * alpha, alpha**2)
