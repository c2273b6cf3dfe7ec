"""Elementwise operations: values, gradients, and shapes that broadcast."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays, mutually_broadcastable_shapes

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.derivatives import gradient
from needlebook.gradcheck import gradcheck
from tests.closeness import close, equal

pytestmark = pytest.mark.since("5")

POSITIVE = st.floats(0.5, 2.0)
BINARY = {
    "add": (ops.add, np.add),
    "multiply": (ops.multiply, np.multiply),
    "divide": (ops.divide, np.divide),
    "power": (ops.power, np.power),
}
UNARY = {
    "add_scalar": (lambda a: ops.add_scalar(a, 1.5), lambda a: a + 1.5),
    "mul_scalar": (lambda a: ops.mul_scalar(a, -2.0), lambda a: a * -2.0),
    "divide_scalar": (lambda a: ops.divide_scalar(a, 4.0), lambda a: a / 4.0),
    "power_scalar": (lambda a: ops.power_scalar(a, 3), lambda a: a**3),
    "inverse": (lambda a: ops.power_scalar(a, -1.5), lambda a: a**-1.5),
    "negate": (ops.negate, np.negative),
    "log": (ops.log, np.log),
    "exp": (ops.exp, np.exp),
    "relu": (lambda a: ops.relu(a - 1.0), lambda a: np.maximum(a - 1.0, 0)),
}


def away_from_kinks(array):
    return np.where(abs(array - 1.0) < 0.05, 1.1, array)


@pytest.mark.parametrize("name", BINARY)
@given(data=st.data())
def test_two_operands_of_shapes_that_broadcast(name, data):
    ours, theirs = BINARY[name]
    shapes = data.draw(
        mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3, min_side=1)
    ).input_shapes
    a, b = (data.draw(arrays("float64", shape, elements=POSITIVE)) for shape in shapes)
    equal(ours(Tensor(a), Tensor(b)).numpy(), theirs(a, b))
    gradcheck(ours, Tensor(a), Tensor(b), verbose=False)


@pytest.mark.parametrize("name", UNARY)
@given(array=arrays("float64", st.sampled_from([(), (3,), (2, 3)]), elements=POSITIVE))
def test_one_operand(name, array):
    ours, theirs = UNARY[name]
    array = away_from_kinks(array)
    close(ours(Tensor(array)).numpy(), theirs(array), rtol=1e-15)
    gradcheck(ours, Tensor(array), verbose=False)


@pytest.mark.parametrize("name", [*BINARY, *UNARY])
def test_the_gradient_is_differentiable(name):
    operation = BINARY[name][0] if name in BINARY else UNARY[name][0]
    rng = np.random.default_rng(3)
    shapes = [(2, 3), (3,)] if name in BINARY else [(2, 3)]
    inputs = [Tensor(rng.uniform(1.2, 2, size=shape)) for shape in shapes]
    slope = gradient(lambda *xs: (operation(*xs) ** 2).sum())
    gradcheck(slope, *inputs, verbose=False)


@pytest.mark.parametrize("name", [*BINARY, *UNARY])
def test_rules_give_the_same_on_arrays_and_on_tensors(name):
    operation = BINARY[name][0] if name in BINARY else UNARY[name][0]
    rng = np.random.default_rng(4)
    shapes = [(2, 3), (2, 1)] if name in BINARY else [(2, 3)]
    inputs = [Tensor(rng.uniform(1.2, 2, size=shape)) for shape in shapes]
    out = operation(*inputs)
    out_grad = Tensor(rng.normal(size=out.shape))
    out.backward(out_grad)
    parts = out.op.gradient_as_tuple(out_grad, out)
    for value, part in zip(out.inputs, parts, strict=True):
        assert isinstance(part, Tensor)
        np.testing.assert_array_equal(value.grad.numpy(), part.numpy())


def test_relu_has_slope_0_at_0():
    x = Tensor([-1.0, 0.0, 1.0])
    ops.relu(x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [0.0, 0.0, 1.0])


def test_power_0_has_gradient_0_also_at_0():
    x = Tensor([0.0, 2.0])
    (x**0).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [0.0, 0.0])


def test_square_at_0():
    x = Tensor([0.0])
    (x**2).backward()
    assert x.grad.numpy() == [0.0]


def test_the_exponent_of_a_negative_base_is_left_alone_if_it_wants_no_gradient(recwarn):
    a = Tensor([-2.0, 3.0])
    (a ** Tensor([2.0, 2.0], requires_grad=False)).sum().backward()
    np.testing.assert_array_equal(a.grad.numpy(), [-4.0, 6.0])
    assert not recwarn.list


def test_a_scalar_may_come_as_an_array_of_one_number():
    x = Tensor(np.ones((5, 4)))
    y = ops.divide_scalar(x, scalar=np.array([2.0]))
    assert y.shape == (5, 4) and y.op.scalar == 2.0


def test_an_exponent_of_fewer_axes_gets_a_gradient_of_its_own_shape():
    a, b = Tensor(np.full((1, 3), 2.0)), Tensor([1.0, 2.0, 3.0])
    out = a**b
    parts = out.op.gradient_as_tuple(Tensor(np.ones(out.shape)), out)
    assert [part.shape for part in parts] == [(1, 3), (3,)]
