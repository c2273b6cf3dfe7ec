"""The gradient check: what it prints, what it refuses, and that it catches faults."""

import numpy as np
import pytest

from needlebook import ops
from needlebook.autograd import Tensor, TensorOp
from needlebook.errors import GradientMismatch, OperandError
from needlebook.gradcheck import compare_gradients, gradcheck

pytestmark = pytest.mark.since("5")


def draws(*shape, seed=0):
    return Tensor(np.random.default_rng(seed).normal(size=shape))


class WrongInOneEntry(TensorOp):
    """2 a, whose gradient is wrong by a hundredth in the last entry alone."""

    def compute(self, a):
        return 2 * a

    def gradient(self, out_grad, node):
        factor = np.full(node.shape, 2.0)
        factor.flat[-1] += 0.01
        return out_grad * Tensor(factor, requires_grad=False)


class WrongShape(TensorOp):
    """a + a whose gradient has one axis too many."""

    def compute(self, a):
        return a + a

    def gradient(self, out_grad, node):
        return (out_grad * 2).reshape((1, *node.shape))


@pytest.mark.np
def test_a_right_gradient_is_printed_beside_the_numeric_one(capsys):
    error = gradcheck(lambda a, b: a @ b, draws(3, 4), draws(4, 2, seed=1))
    printed = capsys.readouterr().out
    assert error < 1e-8
    assert printed.count("analytic") == printed.count("numeric") == 2
    assert "input 0" in printed and "input 1" in printed


def test_quiet_prints_nothing(capsys):
    gradcheck(ops.exp, draws(3), verbose=False)
    assert capsys.readouterr().out == ""


@pytest.mark.np
def test_one_wrong_entry_is_caught_and_shown_first():
    with pytest.raises(GradientMismatch) as caught:
        gradcheck(WrongInOneEntry(), draws(2, 3))
    assert str(caught.value).splitlines()[2].split()[:2] == ["[1,", "2]"]


def test_a_gradient_of_another_shape_is_caught():
    with pytest.raises(GradientMismatch, match=r"shape \(3,\), its gradient \(1, 3\)"):
        gradcheck(WrongShape(), draws(3))


def test_a_missing_gradient_counts_as_zero_and_is_caught():
    class Dead(TensorOp):
        def compute(self, a):
            return a * 3

        def gradient(self, out_grad, node):
            return None

    with pytest.raises(GradientMismatch):
        gradcheck(lambda a: Dead()(a) + 0 * a, draws(2))


def test_every_output_counts():
    """Two outputs whose sum has gradient 0: random weights keep them apart."""

    class ForgetsBoth(TensorOp):
        def compute(self, a):
            return np.stack([a, -a])

        def gradient(self, out_grad, node):
            return node.inputs[0] * 0

    with pytest.raises(GradientMismatch):
        gradcheck(ForgetsBoth(), draws(3))


def test_inputs_that_want_no_gradient_are_left_alone():
    data = Tensor(np.ones((2, 2)), requires_grad=False)
    assert len(compare_gradients(lambda a, b: a * b, data, draws(2, 2))) == 1


@pytest.mark.np
@pytest.mark.parametrize("wrong", [np.ones(3), Tensor(np.ones(3, dtype="float32"))])
def test_other_inputs_are_refused(wrong):
    with pytest.raises(OperandError, match="float64"):
        gradcheck(ops.exp, wrong)
