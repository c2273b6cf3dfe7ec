"""Faults on purpose: the check catches them, given inputs that can (chapter 5)."""

import pytest

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.experiments.planted_faults import (
    FAULTS,
    Cube,
    CubeOnArrays,
    caught_with_exponents,
    is_caught,
    planted,
    slopes,
)

pytestmark = pytest.mark.since("5")


@pytest.mark.parametrize("name", FAULTS)
def test_the_check_catches(name):
    assert is_caught(name)


def test_a_check_that_draws_only_the_exponent_0_misses_a_fault():
    assert caught_with_exponents([0]) == 1


def test_exponent_1_hides_a_fault_too():
    assert caught_with_exponents([1]) == 1


@pytest.mark.parametrize("exponents", [[2], [0, 1, 2, 3, -1]])
def test_other_exponents_catch_both(exponents):
    assert caught_with_exponents(exponents) == 2


def test_a_planted_rule_is_taken_out_again():
    with planted(ops.Exp, lambda self, d, out, a: d * 0):
        x = Tensor(1.0)
        ops.exp(x).backward()
        assert x.grad.numpy() == 0
    ops.exp(x).backward()
    assert x.grad.numpy() == pytest.approx(2.718281828)


def test_a_gradient_of_operations_can_be_differentiated():
    assert slopes(Cube()) == [12.0, 12.0, 6.0]


def test_a_gradient_from_arrays_ends_after_the_first():
    first, refusal = slopes(CubeOnArrays())
    assert first == 12.0
    assert "nothing was recorded" in refusal


def test_beside_another_term_the_lost_derivative_is_a_wrong_number():
    x = Tensor(2.0)
    (CubeOnArrays()(x) + x**2).backward()
    x.grad.backward()
    assert x.grad.numpy() == 2.0  # and 6 * 2 + 2 = 14 is right
