"""Convolution, pooling and what moves pixels: values, gradients, planted faults."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.errors import GradientMismatch, ShapeError
from needlebook.experiments.planted_faults import planted
from needlebook.gradcheck import gradcheck
from needlebook.ops import ops_conv

pytestmark = pytest.mark.since("10")


def draws(*shape, seed=0):
    return Tensor(np.random.default_rng(seed).normal(size=shape))


@st.composite
def cases(draw):
    """Sizes of a convolution that has at least one output pixel."""
    groups, stride = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    kernel, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    padding, height = draw(st.integers(0, 2)), draw(st.integers(3, 7))
    c, o = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    assume(height + 2 * padding > (kernel - 1) * dilation)
    return (2, height, height + 1, c), kernel, o, stride, padding, dilation, groups


@given(cases())
def test_convolution_equals_torch_in_value_and_gradient(case):
    torch = pytest.importorskip("torch")
    shape, k, o, stride, padding, dilation, groups = case
    x, w = draws(*shape), draws(k, k, shape[3] // groups, o, seed=1)
    out = ops.conv(x, w, stride, padding, dilation, groups)
    tx, tw = (
        torch.tensor(
            np.ascontiguousarray(a.numpy().transpose(axes)), requires_grad=True
        )
        for a, axes in ((x, (0, 3, 1, 2)), (w, (3, 2, 0, 1)))
    )
    want = torch.nn.functional.conv2d(tx, tw, None, stride, padding, dilation, groups)
    assert out.numpy() == pytest.approx(want.detach().numpy().transpose(0, 2, 3, 1))
    adjoint = np.random.default_rng(2).normal(size=out.shape)
    out.backward(Tensor(adjoint))
    want.backward(torch.tensor(np.ascontiguousarray(adjoint.transpose(0, 3, 1, 2))))
    assert x.grad.numpy() == pytest.approx(tx.grad.numpy().transpose(0, 2, 3, 1))
    assert w.grad.numpy() == pytest.approx(tw.grad.numpy().transpose(2, 3, 1, 0))


@pytest.mark.parametrize("stride, padding", [(1, 0), (2, 1), (3, 2)])
def test_the_gradient_of_a_convolution_is_differentiable(stride, padding):
    x, w = draws(1, 5, 5, 2), draws(3, 3, 2, 2, seed=1)

    def penalty(x, w):
        ops.conv(x, w, stride, padding).sum().backward()
        return (x.grad * x.grad).sum() + (w.grad * w.grad).sum()

    gradcheck(penalty, x, w, tolerance=1e-5, verbose=False)


def test_a_filter_that_is_not_flipped_on_the_way_back_is_caught(monkeypatch):
    x, w = draws(1, 5, 5, 2), draws(3, 3, 2, 2, seed=1)
    gradcheck(lambda x, w: ops.conv(x, w, 1, 1), x, w, verbose=False)
    monkeypatch.setattr(ops_conv, "flip", lambda w, axes: w)
    with pytest.raises(GradientMismatch):
        gradcheck(lambda x, w: ops.conv(x, w, 1, 1), x, w, verbose=False)


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ShapeError, match="3 channels given, 2 wanted"):
        ops.conv(draws(1, 5, 5, 3), draws(3, 3, 2, 4))
    with pytest.raises(ShapeError, match="reaches over 7 pixels"):
        ops.conv(draws(1, 3, 3, 1), draws(7, 7, 1, 1), 1, 0)


@pytest.mark.parametrize(
    "function",
    [
        lambda a: ops.flip(a, (1, 2)),
        lambda a: ops.dilate(a, (1, 2), 2),
        lambda a: ops.undilate(a, (1,), 1),
        lambda a: ops.max_pool(a, 2),
        lambda a: ops.avg_pool(a, 2),
        lambda a: ops.stack([a, a * 2.0], 1),
        lambda a: ops.split(a, 3)[1],
    ],
    ids=["flip", "dilate", "undilate", "max_pool", "avg_pool", "stack", "split"],
)
def test_operations_on_pixels_have_gradients(function):
    gradcheck(function, draws(2, 4, 4, 3), verbose=False)


def test_dilation_leaves_zeros_between_and_after_and_undilation_takes_them_out():
    a = Tensor(np.arange(6.0).reshape(2, 3))
    wide = ops.dilate(a, (0, 1), 1)
    assert wide.shape == (4, 6)
    assert (wide.numpy()[::2, ::2] == a.numpy()).all()
    assert wide.numpy().sum() == a.numpy().sum()
    assert (ops.undilate(wide, (0, 1), 1).numpy() == a.numpy()).all()
    assert ops.dilate(a, (5,), 1).shape == a.shape


def test_a_split_takes_a_stack_apart():
    parts = [draws(2, 3, seed=i) for i in range(3)]
    for part, found in zip(parts, ops.split(ops.stack(parts, 1), 1), strict=True):
        assert (found.numpy() == part.numpy()).all()


def test_a_wrong_rule_of_the_pool_is_caught():
    def everywhere(self, adjoint, out, a):
        return ops.AvgPool.vjp(self, adjoint, out, a)

    with planted(ops.MaxPool, everywhere), pytest.raises(GradientMismatch):
        gradcheck(lambda a: ops.max_pool(a, 2), draws(1, 4, 4, 1), verbose=False)
