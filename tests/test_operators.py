"""What `+ - * / ** @` make of their operands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook import ops
from needlebook.autograd import Tensor, find_topo_sort
from needlebook.errors import OperandError
from tests.closeness import close, equal

pytestmark = pytest.mark.since("5")


def kinds(value):
    return [type(node.op).__name__ for node in find_topo_sort([value]) if node.op]


@pytest.mark.parametrize(
    "expression, want",
    [
        (lambda a, b: a + b, ["EWiseAdd"]),
        (lambda a, b: a + 1, ["AddScalar"]),
        (lambda a, b: 1 + a, ["AddScalar"]),
        (lambda a, b: a - b, ["Negate", "EWiseAdd"]),
        (lambda a, b: a - 3, ["AddScalar"]),
        (lambda a, b: 3 * a, ["MulScalar"]),
        (lambda a, b: a * b, ["EWiseMul"]),
        (lambda a, b: a / b, ["EWiseDiv"]),
        (lambda a, b: a / 2, ["DivScalar"]),
        (lambda a, b: a**2, ["PowerScalar"]),
        (lambda a, b: a**b, ["EWisePow"]),
        (lambda a, b: -a, ["Negate"]),
        (lambda a, b: a @ b, ["MatMul"]),
        (lambda a, b: a.matmul(b), ["MatMul"]),
        (lambda a, b: a.sum(), ["Summation"]),
        (lambda a, b: a.reshape((4,)), ["Reshape"]),
        (lambda a, b: a.transpose(), ["Transpose"]),
        (lambda a, b: a.broadcast_to((3, 2, 2)), ["BroadcastTo"]),
    ],
)
def test_an_expression_is_these_operations(expression, want):
    rng = np.random.default_rng(0)
    a, b = (Tensor(abs(rng.normal(size=(2, 2)))) for _ in range(2))
    assert kinds(expression(a, b)) == want


def test_subtracting_a_number_adds_its_negative():
    assert (Tensor(1.0) - 3).op.scalar == -3


@pytest.mark.parametrize(
    "expression",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: a**b,
    ],
)
@pytest.mark.parametrize("other", [2.5, 3, np.float64(2.0), np.array([1.5]), "array"])
def test_numbers_and_arrays_on_either_side_give_what_numpy_gives(expression, other):
    array = np.array([[1.0, 2.0], [3.0, 4.0]])
    other = np.array([2.0, 0.5]) if isinstance(other, str) else other
    x = Tensor(array)
    for ours, theirs in [
        (expression(x, other), expression(array, other)),
        (expression(other, x), expression(other, array)),
    ]:
        assert isinstance(ours, Tensor)
        np.testing.assert_allclose(ours.numpy(), theirs)


@pytest.mark.np
@given(st.floats(-3, 3).filter(lambda c: abs(c) > 0.1))
def test_reflected_operators_have_gradients(c):
    x = Tensor([0.5, 2.0])
    (c / x - x).sum().backward()
    close(x.grad.numpy(), -c / x.numpy() ** 2 - 1)
    (abs(c) ** x).sum().backward()
    close(x.grad.numpy(), abs(c) ** x.numpy() * np.log(abs(c)))


def test_an_array_is_taken_as_a_constant():
    x = Tensor([1.0, 2.0])
    mask = np.array([1.0, 0.0])
    (mask * x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), mask)
    assert not (x * mask).inputs[1].requires_grad


def test_an_array_times_a_matrix():
    x = Tensor(np.eye(2))
    np.testing.assert_array_equal((np.ones((3, 2)) @ x).numpy(), np.ones((3, 2)))
    np.testing.assert_array_equal((x @ np.ones((2, 3))).numpy(), np.ones((2, 3)))


@pytest.mark.parametrize("other", ["2", [1.0], None, {}])
@pytest.mark.parametrize(
    "expression",
    [
        lambda a, b: a + b,
        lambda a, b: b + a,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: a**b,
        lambda a, b: a @ b,
    ],
)
def test_other_operands_are_refused_by_name(expression, other):
    with pytest.raises(OperandError, match=f"type {type(other).__name__}.*Tensor"):
        expression(Tensor([1.0]), other)


def test_numbers_do_not_change_the_dtype():
    x = Tensor([1.0], dtype="float32")
    for y in (x + np.float64(2), x * 2.0, x / np.float64(3), x ** np.float64(2)):
        assert y.dtype == np.float32


@pytest.mark.np
def test_operations_on_arrays_only_compute():
    array = np.array([1.0, 4.0])
    assert isinstance(ops.log(array), np.ndarray)
    equal(ops.multiply(array, array), array * array)
