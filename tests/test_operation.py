"""Operations: the two ways to write a rule, and what is said when shapes do not fit."""

import numpy as np
import pytest

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.errors import AxisError, NeedlebookError, OperandError, ShapeError
from needlebook.operation import Op, TensorOp

pytestmark = pytest.mark.since("5")


def ones(*shape):
    return Tensor(np.ones(shape))


@pytest.mark.parametrize(
    "wrong, kind, text",
    [
        (
            lambda: ones(3, 4) @ ones(5, 6),
            ShapeError,
            r"matmul: cannot multiply \(3, 4\) by \(5, 6\): inner sizes 4 and 5 differ",
        ),
        (
            lambda: ones(2, 3, 4) @ ones(3, 4, 5),
            ShapeError,
            r"matmul: .*sizes 2 and 3 on axis -1 differ",
        ),
        (lambda: ones() @ ones(2, 2), ShapeError, "single number"),
        (
            lambda: ones(3, 4) + ones(5, 4),
            ShapeError,
            r"add: \(3, 4\) and \(5, 4\) do not broadcast: sizes 3 and 5 on axis -2",
        ),
        (lambda: ones(3) * ones(2), ShapeError, "multiply: "),
        (lambda: ones(3) / ones(2), ShapeError, "divide: "),
        (lambda: ones(3) ** ones(2), ShapeError, "power: "),
        (lambda: ones(3, 4).sum(2), AxisError, r"summation: .*\(3, 4\).*\(2,\)"),
        (lambda: ones(3, 4).sum((0, 0)), ShapeError, "summation: "),
        (lambda: ones(3, 4).transpose((0, 2)), AxisError, r"transpose: .*\(0, 2\)"),
        (lambda: ones(3).transpose(), AxisError, r"transpose: \(3,\) has no axes"),
        (lambda: ones(3, 4).transpose((0, 1, 2)), AxisError, "wanted a pair of axes"),
        (
            lambda: ones(3, 4).reshape((5, 2)),
            ShapeError,
            r"reshape: cannot lay out \(3, 4\), 12 values, as \(5, 2\)",
        ),
        (lambda: ones(3).broadcast_to((2, 4)), ShapeError, "broadcast_to: "),
        (lambda: ops.make_tuple(ones(1))[3], AxisError, "no value number 3"),
        (
            lambda: ops.fused_add_scalars(ones(1), 1, 2)[2],
            AxisError,
            "no value number 2",
        ),
        (lambda: ops.add_scalar(ones(1), "2"), OperandError, "wanted a number"),
        (lambda: ops.add(ones(1), np.ones(1)), OperandError, "Tensor, ndarray"),
    ],
)
def test_the_error_names_operation_and_shapes(wrong, kind, text):
    with pytest.raises(kind, match=text):
        wrong()


@pytest.mark.parametrize("kind", [ShapeError, AxisError])
def test_errors_are_of_pythons_kinds_too(kind):
    assert issubclass(kind, ValueError) and issubclass(kind, NeedlebookError)
    assert issubclass(AxisError, IndexError)


@pytest.mark.np
def test_an_error_that_is_not_about_shapes_keeps_its_kind_and_gains_a_note():
    with pytest.raises(ValueError, match="negative integer powers") as caught:
        Tensor([1, 2]) ** -1
    assert not isinstance(caught.value, NeedlebookError)
    assert caught.value.__notes__ == ["in power_scalar on shapes (2,)"]


def test_vector_products_compute_and_say_that_they_have_no_gradient():
    x = ones(3)
    product = x @ ones(3, 4)
    np.testing.assert_array_equal(product.numpy(), np.full(4, 3.0))
    with pytest.raises(ShapeError, match="reshape the vector"):
        product.backward()


class Square(TensorOp):
    """Written in the form of the course: a gradient on Tensors."""

    def compute(self, a):
        return a * a

    def gradient(self, out_grad, node):
        return out_grad * 2 * node.inputs[0]


class Twice(TensorOp):
    """Written in our form: a rule for arrays and Tensors."""

    def compute(self, a):
        return 2 * a

    def vjp(self, adjoint, out, a):
        return adjoint * 2


@pytest.mark.parametrize("operation, slope", [(Square(), 6.0), (Twice(), 2.0)])
def test_both_forms_of_a_rule_work_in_backward(operation, slope):
    x = Tensor([3.0])
    (operation(x) * 1.0).backward()
    assert x.grad.numpy() == [slope]
    parts = operation.gradient_as_tuple(Tensor([1.0]), operation(x))
    assert isinstance(parts, tuple) and parts[0].numpy() == [slope]


def test_an_operation_in_the_form_of_the_course_differentiates_twice():
    x = Tensor([3.0])
    Square()(x).backward()
    x.grad.backward()
    assert x.grad.numpy() == [2.0]


def test_a_rule_for_two_inputs_may_return_a_list():
    class Product(TensorOp):
        def compute(self, a, b):
            return a * b

        def gradient(self, out_grad, node):
            a, b = node.inputs
            return [out_grad * b, out_grad * a]

    x, y = Tensor([2.0]), Tensor([5.0])
    Product()(x, y).backward()
    assert (x.grad.numpy(), y.grad.numpy()) == ([5.0], [2.0])


def test_a_rule_runs_only_for_inputs_that_want_a_gradient():
    asked = []

    class Product(TensorOp):
        def compute(self, a, b):
            return a * b

        def vjp(self, adjoint, out, a, b):
            return (
                lambda: asked.append("a") or adjoint * b,
                lambda: asked.append("b") or adjoint * a,
            )

    Product()(Tensor([2.0]), Tensor([5.0], requires_grad=False)).backward()
    assert asked == ["a"]


def test_a_rule_that_forgets_an_input_is_refused():
    class Half(TensorOp):
        def compute(self, a, b):
            return a * b

        def vjp(self, adjoint, out, a, b):
            return (adjoint * b,)

    with pytest.raises(ValueError):
        Half()(Tensor([2.0]), Tensor([5.0])).backward()


def test_an_operation_without_rule_says_so():
    class Bare(TensorOp):
        def compute(self, a):
            return a

    with pytest.raises(NotImplementedError, match="Bare: vjp is missing"):
        Bare()(Tensor([2.0])).backward()
    with pytest.raises(NotImplementedError, match="compute is missing"):
        Op().compute()
