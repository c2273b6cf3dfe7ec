"""Forward mode: dual numbers."""

import numpy as np
import pytest

from needlebook.differentiation.forward import Dual, forward_gradient, jvp

pytestmark = pytest.mark.since("4")


def example(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


def test_forward_trace_of_the_worked_example():
    value, tangent = jvp(example, [2.0, 5.0], [1.0, 0.0])
    assert value == pytest.approx(11.652, abs=5e-4)
    assert tangent == 5.5
    assert jvp(example, [2.0, 5.0], [0.0, 1.0])[1] == pytest.approx(5 - 3.283662, 1e-6)


def test_dual_multiplication_is_the_product_rule():
    product = Dual(3.0, 2.0) * Dual(5.0, 7.0)
    assert (product.primal, product.tangent) == (15.0, 3 * 7 + 2 * 5)


def test_tangent_has_the_shape_of_its_value():
    x = Dual(np.ones((2, 3)), np.ones((2, 3)))
    assert (x.T.sum() * x).tangent.shape == (2, 3)
    scalar = Dual(2.0, 1.0) + np.ones(4)
    assert scalar.tangent.shape == (4,)
    with pytest.raises(ValueError, match=r"tangent has shape \(3,\)"):
        Dual(np.ones(2), np.ones(3))


def test_forward_gradient_takes_one_pass_per_input():
    passes = []

    def f(x):
        passes.append(1)
        return (np.sin(x) * x).sum()

    x = np.linspace(-1, 1, 7)
    np.testing.assert_allclose(forward_gradient(f, x), np.sin(x) + x * np.cos(x))
    assert len(passes) == 7


def test_a_function_that_ignores_its_input_has_derivative_zero():
    assert jvp(lambda x: 3.0, [1.0], [1.0]) == (3.0, 0.0)


def test_an_operation_without_a_rule_is_named():
    with pytest.raises(NotImplementedError, match="no rule for arctan"):
        np.arctan(Dual(1.0, 1.0))


def test_untagged_dual_numbers_confuse_nested_derivatives():
    """What the text shows: 2 instead of 1 (exercise 4.9 cures it)."""

    def inner(x):
        return jvp(lambda y: x + y, [2.0], [1.0])[1]

    assert jvp(lambda x: x * inner(x), [1.0], [1.0])[1] == 2.0
