"""Logsumexp, logsoftmax and the softmax loss: values, gradients, stability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.derivatives import forward_over_reverse, reverse_over_reverse
from needlebook.errors import AxisError, GradientMismatch, ShapeError
from needlebook.gradcheck import gradcheck
from tests.closeness import DTYPE, close

pytestmark = pytest.mark.since("8")
torch = pytest.importorskip("torch")

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 5))
ROWS = SHAPES.flatmap(
    lambda shape: arrays("float64", shape, elements=st.floats(-30, 30, width=32))
)


@pytest.mark.np
@pytest.mark.parametrize("axes", [None, 0, 1, -1, (0,), (1,), (0, 1)])
@given(z=ROWS, offset=st.sampled_from([0.0, 1e5, -1e5]))
def test_logsumexp_is_that_of_pytorch(axes, z, offset):
    z = (z + offset).astype(DTYPE)
    ours, theirs = Tensor(z), torch.tensor(z, requires_grad=True)
    one = ops.logsumexp(ours, axes)
    other = torch.logsumexp(theirs, (0, 1) if axes is None else axes)
    assert one.shape == tuple(other.shape) or one.shape == (1,)
    close(one.numpy().reshape(other.shape), other.detach(), rtol=1e-14, atol=1e-14)
    g = np.random.default_rng(0).normal(size=one.shape).astype(DTYPE)
    one.backward(Tensor(g))
    other.backward(torch.tensor(g).reshape(other.shape))
    close(ours.grad.numpy(), theirs.grad, rtol=1e-9, atol=1e-9)


@given(z=ROWS, offset=st.sampled_from([0.0, 1e5, -1e5]))
def test_logsoftmax_is_that_of_pytorch(z, offset):
    z = (z + offset).astype(DTYPE)
    ours, theirs = Tensor(z), torch.tensor(z, requires_grad=True)
    one, other = ops.logsoftmax(ours), torch.log_softmax(theirs, 1)
    close(one.numpy(), other.detach(), rtol=1e-12, atol=1e-12)
    g = np.random.default_rng(0).normal(size=one.shape).astype(DTYPE)
    one.backward(Tensor(g))
    other.backward(torch.tensor(g).reshape(other.shape))
    close(ours.grad.numpy(), theirs.grad, rtol=1e-9, atol=1e-12)


@given(
    z=ROWS, seed=st.integers(0, 100), dtype=st.sampled_from(sorted({"float32", DTYPE}))
)
def test_the_loss_is_that_of_pytorch_and_of_its_specification(z, seed, dtype):
    z = z.astype(dtype)
    m, k = z.shape
    y = np.random.default_rng(seed).integers(k, size=m)
    ours, theirs, third = Tensor(z), torch.tensor(z, requires_grad=True), Tensor(z)
    one = ops.softmax_cross_entropy(ours, y)
    other = torch.nn.functional.cross_entropy(theirs, torch.tensor(y))
    one_hot = Tensor(np.eye(k, dtype=dtype)[y], requires_grad=False)
    specified = -(ops.logsoftmax(third) * one_hot).sum() / m
    for loss in (one, other, specified):
        loss.backward()
    assert one.dtype == dtype and ours.grad.dtype == dtype
    near = {"rtol": 1e-5, "atol": 1e-6} if dtype == "float32" else {"atol": 1e-12}
    close(one.numpy().item(), other.detach(), **near)
    close(one.numpy(), specified.numpy(), **near)
    close(ours.grad.numpy(), theirs.grad, **near)
    close(ours.grad.numpy(), third.grad.numpy(), **near)


FUNCTIONS = {
    "logsumexp": ops.logsumexp,
    "by row": lambda z: ops.logsumexp(z, 1),
    "logsoftmax": ops.logsoftmax,
    "loss": lambda z: ops.softmax_cross_entropy(z, np.array([0, 2, 1])),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_by_differences_and_hessian_vector_products_both_ways(name):
    rng = np.random.default_rng(0)
    z, v, g = rng.normal(size=(3, 3, 4))
    gradcheck(FUNCTIONS[name], Tensor(z), verbose=False)

    def weighted(z):
        out = FUNCTIONS[name](z)
        return (out * Tensor(np.broadcast_to(g.flat[0] + 1, out.shape))).sum() ** 2

    one = forward_over_reverse(weighted, Tensor(z), Tensor(v)).numpy()
    other = reverse_over_reverse(weighted, Tensor(z), Tensor(v)).numpy()
    close(one, other, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("scale", [1e5, 1e10])
def test_at_the_scales_of_the_course_nothing_overflows(scale):
    z = np.random.default_rng(0).normal(size=(5, 6)) * scale
    for function in (ops.logsoftmax, lambda z: ops.logsumexp(z, (1,))):
        leaf = Tensor(z)
        out = function(leaf)
        out.backward()
        assert np.isfinite(out.numpy()).all() and np.isfinite(leaf.grad.numpy()).all()


def test_a_rule_without_the_softmax_is_caught():
    class Wrong(ops.LogSoftmax):
        def vjp(self, adjoint, out, a):
            return adjoint

    z = Tensor(np.random.default_rng(0).normal(size=(2, 3)))
    with pytest.raises(GradientMismatch):
        gradcheck(lambda z: Wrong()(z), z, verbose=False)


def test_a_loss_that_forgets_the_mean_is_caught():
    class Wrong(ops.SoftmaxCrossEntropy):
        def vjp(self, adjoint, out, z):
            return super().vjp(adjoint, out, z) * z.shape[0]

    z = Tensor(np.random.default_rng(0).normal(size=(2, 3)))
    with pytest.raises(GradientMismatch):
        gradcheck(lambda z: Wrong(np.array([0, 1]))(z), z, verbose=False)


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(AxisError, match=r"logsumexp: cannot reduce \(3,\) over axes"):
        ops.logsumexp(Tensor(np.ones(3)), 2)
    with pytest.raises(ShapeError, match=r"wanted logits \(m, k\), got \(3,\)"):
        ops.logsoftmax(Tensor(np.ones(3)))
    with pytest.raises(ShapeError, match="do not fit"):
        ops.softmax_cross_entropy(Tensor(np.ones((2, 3))), [0, 3])
