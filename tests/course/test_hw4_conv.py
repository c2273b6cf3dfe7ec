"""Homework 4 of the course, its convolutions: names, forms and pinned results."""

import numpy as np
import pytest

import needlebook as ndl
from needlebook import nn

pytestmark = pytest.mark.since("10")


def test_function_and_operation_differ_in_their_padding():
    x, w = ndl.Tensor(np.ones((1, 5, 5, 1))), ndl.Tensor(np.ones((3, 3, 1, 1)))
    assert ndl.ops.conv(x, w).shape == (1, 5, 5, 1)
    assert ndl.ops.Conv()(x, w).shape == (1, 3, 3, 1)
    operation = ndl.ops.Conv()
    assert (operation.stride, operation.padding) == (1, 0)


def test_dilate_of_a_matrix_on_a_third_axis_changes_nothing():
    a = ndl.Tensor(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(ndl.ops.dilate(a, 2, 1).numpy(), a.numpy())


def test_dilate_puts_zeros_between_and_after():
    a = ndl.Tensor(np.array([[1.0, 2.0]]))
    expected = [[1, 0, 2, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(ndl.ops.dilate(a, (0, 1), 1).numpy(), expected)


def test_stack_and_its_gradient():
    parts = [ndl.Tensor(np.full((2, 3), float(i))) for i in range(3)]
    out = ndl.ops.stack(parts, axis=1)
    assert out.shape == (2, 3, 3)
    weights = np.arange(18.0).reshape(2, 3, 3)
    out.backward(ndl.Tensor(weights))
    for i, part in enumerate(parts):
        np.testing.assert_array_equal(part.grad.numpy(), weights[:, i])


def test_a_gradient_may_be_a_tuple_of_tensors():
    out = ndl.ops.stack([ndl.Tensor(np.ones(2)), ndl.Tensor(np.ones(2))], 0)
    parts = out.op.gradient_as_tuple(ndl.Tensor(np.ones((2, 2))), out)
    assert len(parts) == 1 and len(parts[0]) == 2


def test_the_layer_draws_weights_then_bias():
    np.random.seed(0)
    layer = nn.Conv(2, 4, 3)
    np.random.seed(0)
    weights, bias = np.random.rand(3, 3, 2, 4), np.random.rand(4)
    bound, low = np.sqrt(6 / (9 * 2)), 1 / np.sqrt(9 * 2)
    np.testing.assert_allclose(
        layer.weight.numpy(), (2 * weights - 1) * bound, rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(
        layer.bias.numpy(), (2 * bias - 1) * low, rtol=1e-5, atol=1e-6
    )


def test_the_layer_is_channels_first_and_keeps_the_size():
    out = nn.Conv(2, 4, 3)(ndl.Tensor(np.ones((1, 2, 6, 6)), dtype="float32"))
    assert out.shape == (1, 4, 6, 6)
    assert nn.Conv(2, 4, 3, stride=2, bias=False).bias is None
