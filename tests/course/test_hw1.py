"""Homework 1 of the course as its students meet it: names, forms and pinned results."""

import gc

import numpy as np
import pytest

import needlebook as ndl

pytestmark = pytest.mark.since("5")


def test_operations_and_functions_by_their_course_names():
    x = ndl.Tensor([[1.0, 2.0], [3.0, 4.0]])
    assert ndl.ops.summation(x, axes=(0,)).numpy().tolist() == [4.0, 6.0]
    assert ndl.transpose(x, axes=(0, 1)).numpy().tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert ndl.ops.ops_mathematic.MatMul()(x, x).shape == (2, 2)


def test_subtraction_and_scalars_are_recorded_as_the_course_has_them():
    a, b = ndl.Tensor([1.0]), ndl.Tensor([2.0])
    assert isinstance((a - b).op, ndl.EWiseAdd)
    assert isinstance((a - b).inputs[1].op, ndl.Negate)
    assert isinstance((a - 3).op, ndl.AddScalar) and (a - 3).op.scalar == -3
    assert isinstance((3 * a).op, ndl.MulScalar) and len((3 * a).inputs) == 1


def test_topological_order_is_post_order():
    a, b = ndl.Tensor([1.0]), ndl.Tensor([2.0])
    c = 3 * a * a + 4 * b * a - a
    order = ndl.autograd.find_topo_sort([c])
    names = [type(node.op).__name__ if node.op else "leaf" for node in order]
    assert names == [
        *("leaf", "MulScalar", "EWiseMul", "leaf", "MulScalar", "EWiseMul"),
        *("EWiseAdd", "Negate", "EWiseAdd"),
    ]


def test_a_gradient_rule_stands_alone():
    x = ndl.Tensor(np.random.default_rng(0).normal(size=(5, 4)))
    w = ndl.Tensor(np.random.default_rng(1).normal(size=(4, 3)))
    out = x @ w
    parts = out.op.gradient_as_tuple(ndl.Tensor(np.ones(out.shape)), out)
    assert [part.shape for part in parts] == [x.shape, w.shape]
    assert all(isinstance(part, ndl.Tensor) for part in parts)


def test_the_gradient_of_a_gradient():
    x2, x3 = ndl.Tensor([6.0]), ndl.Tensor([0.0])
    (x2 * x2 + x2 * x3).backward()
    assert (x2.grad.numpy(), x3.grad.numpy()) == (12.0, 6.0)
    x2.grad.backward()
    assert (x2.grad.numpy(), x3.grad.numpy()) == (2.0, 1.0)


def test_a_student_s_operation_in_the_course_s_form_works():
    class Square(ndl.TensorOp):
        def compute(self, a):
            return ndl.array_api.square(a)

        def gradient(self, out_grad: ndl.Tensor, node: ndl.Tensor):
            return out_grad * 2 * node.inputs[0]

    x = ndl.Tensor([3.0])
    Square()(x).backward()
    assert x.grad.numpy() == 6.0
    x.grad.backward()
    assert x.grad.numpy() == 2.0


def test_a_divisor_may_be_an_array_of_one():
    out = ndl.divide_scalar(ndl.Tensor([[3.0, 6.0]]), scalar=np.array([3.0]))
    assert out.numpy().tolist() == [[1.0, 2.0]]


def test_the_gradient_of_relu_at_0_is_0():
    x = ndl.Tensor([0.0])
    ndl.relu(x).backward()
    assert x.grad.numpy() == 0


def test_lazy_mode_and_counter_are_globals_of_autograd():
    assert ndl.autograd.LAZY_MODE is False
    gc.collect()
    before = ndl.autograd.TENSOR_COUNTER
    x = ndl.Tensor([1.0])
    assert ndl.autograd.TENSOR_COUNTER == before + 1
    del x
    assert ndl.autograd.TENSOR_COUNTER == before


def test_student_code_may_ask_a_tensor_for_its_truth():
    bias = ndl.Tensor([0.0])
    assert bias
    assert {bias: 1}[bias] == 1
