import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook import nn
from needlebook.autograd import Tensor
from needlebook.errors import ShapeError
from needlebook.gradcheck import gradcheck
from needlebook.ops.ops_elementwise import PowerScalar
from tests.closeness import close

pytestmark = pytest.mark.since("7")


def draws(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def labels(m, k, seed=0):
    return np.random.default_rng(seed).integers(k, size=m)


@pytest.mark.parametrize("wrong", [3, -1, 1.5, np.nan])
def test_a_label_that_is_no_class_is_named_with_its_row(wrong):
    y = Tensor(np.array([0.0, wrong, 2.0]), requires_grad=False)
    with pytest.raises(nn.ClassIndexError, match="row 1 has class.*0 to 2; 1 of 3"):
        nn.SoftmaxLoss()(Tensor(draws(3, 3)), y)


def test_labels_of_another_length_are_refused():
    with pytest.raises(ShapeError, match="4 rows of logits want 4 class indices"):
        nn.SoftmaxLoss()(Tensor(draws(4, 3)), Tensor(np.array([0, 1])))


@pytest.mark.np
def test_losses_have_rank_zero():
    logits, y = Tensor(draws(4, 3)), Tensor(labels(4, 3), requires_grad=False)
    assert nn.SoftmaxLoss()(logits, y).shape == ()
    assert nn.L2Loss()(logits, logits * 2).shape == ()
    both = nn.WeightedLoss([nn.SoftmaxLoss(), nn.L2Loss()], [1.0, 2.0])
    assert both((logits, logits), y, logits * 2).shape == ()


@given(st.integers(1, 6), st.integers(2, 6), st.integers(0, 99))
def test_losses_and_gradients_are_pytorchs(m, k, seed):
    torch = pytest.importorskip("torch")
    z, y, target = (
        draws(m, k, seed=seed),
        labels(m, k, seed),
        draws(m, k, seed=seed + 1),
    )
    ours, theirs = Tensor(z), torch.tensor(z, requires_grad=True)
    classes = Tensor(y, requires_grad=False)
    loss = nn.WeightedLoss([nn.SoftmaxLoss(), nn.L2Loss()], [0.5, 2.0])
    a = loss((ours, ours), classes, Tensor(target, requires_grad=False))
    b = 0.5 * torch.nn.functional.cross_entropy(theirs, torch.tensor(y))
    b = b + 2.0 * ((theirs - torch.tensor(target)) ** 2).sum(1).mean()
    a.backward()
    b.backward()
    close(a.numpy().item(), b.item(), rtol=1e-12)
    close(ours.grad.numpy(), theirs.grad.numpy(), atol=1e-12)


def check_l2():
    gradcheck(
        nn.L2Loss(), Tensor(draws(3, 2)), Tensor(draws(3, 2, seed=1)), verbose=False
    )


def test_gradients_are_those_by_differences():
    check_l2()
    y = Tensor(labels(4, 3), requires_grad=False)
    gradcheck(lambda z: nn.SoftmaxLoss()(z, y), Tensor(draws(4, 3)), verbose=False)


def test_a_planted_wrong_rule_is_caught():
    def wrong(self, adjoint, out, a):
        return adjoint * self.scalar * a**self.scalar

    right = PowerScalar.vjp
    PowerScalar.vjp = wrong
    try:
        with pytest.raises(AssertionError):
            check_l2()
    finally:
        PowerScalar.vjp = right


def test_counts_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match="2 losses want as many weights, got 1"):
        nn.WeightedLoss([nn.L2Loss(), nn.L2Loss()], [1.0])
    with pytest.raises(ShapeError, match="1 losses, 2 outputs and 1 targets"):
        x = Tensor(draws(2, 2))
        nn.WeightedLoss([nn.L2Loss()])((x, x), x)
    with pytest.raises(ShapeError, match="differ"):
        nn.L2Loss()(Tensor(draws(2, 2)), Tensor(draws(2, 3)))
