"""Symbolic differentiation: formulas, their simplification, their size."""

import numpy as np
import pytest

from needlebook.differentiation.symbolic import (
    derivative,
    evaluate,
    operations,
    simplified,
    variable,
)

pytestmark = pytest.mark.since("4")


def test_derivative_of_the_worked_example():
    x1, x2 = variable("x1"), variable("x2")
    formula = np.log(x1) + x1 * x2 - np.sin(x2)
    at = {"x1": 2.0, "x2": 5.0}
    assert evaluate(formula, at) == pytest.approx(11.652, abs=5e-4)
    assert evaluate(derivative(formula, "x1"), at) == 5.5
    assert evaluate(derivative(formula, "x2"), at) == pytest.approx(1.716, abs=5e-4)
    assert str(derivative(formula, "x1")) == "((1.0 / x1) + x2)"


def test_zeros_and_ones_are_simplified_away():
    x = variable("x")
    assert simplified(np.multiply, x, 0.0) == 0.0
    assert simplified(np.multiply, 1.0, x) is x
    assert simplified(np.add, 0.0, x) is x
    assert simplified(np.subtract, x, 0) is x
    assert simplified(np.divide, x, 1) is x
    assert simplified(np.negative, -x) is x
    assert simplified(np.add, 2.0, 3.0) == 5.0


def test_operations_count_text_or_shared():
    x = variable("x")
    square = x * x
    twice = square + square
    assert operations(twice) == 3
    assert operations(twice, shared=True) == 2


def test_derivative_by_an_absent_variable_is_zero():
    assert derivative(np.sin(variable("x")), "z") == 0.0
    assert derivative(3.0, "x") == 0.0
