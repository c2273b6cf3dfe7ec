import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook import autograd, ops
from needlebook.autograd import Tensor
from needlebook.errors import GradientMismatch, ShapeError
from needlebook.gradcheck import gradcheck
from needlebook.ops.ops_normalization import Normalize
from tests.closeness import RELATIVE, close

pytestmark = pytest.mark.since("9")

FUSED = {0: ops.batch_norm, 1: ops.layer_norm}
AXES = pytest.mark.parametrize("axis", [0, 1])


def inputs(m=5, n=4, seed=0):
    rng = np.random.default_rng(seed)
    return [Tensor(rng.normal(size=shape)) for shape in ((m, n), (n,), (n,))]


def composed(axis):
    return lambda x, w, b: ops.standardize(x, axis)[0] * w + b


@pytest.mark.np
@AXES
def test_standardize_gives_mean_0_and_variance_1_on_arrays_and_tensors(axis):
    x = inputs(40, 30)[0]
    normal = ops.standardize(x, axis, eps=0.0)[0].numpy()
    assert abs(normal.mean(axis)).max() < max(1e-12, RELATIVE)
    assert normal.var(axis) == pytest.approx(1)
    assert ops.standardize(x.numpy(), axis, eps=0.0)[0] == pytest.approx(normal)


@AXES
def test_fused_is_composed_in_value_and_gradient(axis):
    given_inputs = inputs()
    found = []
    for function in (FUSED[axis], composed(axis)):
        out = function(*given_inputs)
        (out**3).sum().backward()
        found.append([out.numpy(), *(v.grad.numpy() for v in given_inputs)])
    for one, other in zip(*found, strict=True):
        close(one, other, rtol=1e-9, atol=1e-9)


@AXES
def test_gradients_are_those_of_differences(axis):
    gradcheck(FUSED[axis], *inputs(), verbose=False)
    gradcheck(composed(axis), *inputs(), verbose=False)


@AXES
def test_the_gradient_can_be_differentiated_again(axis):
    twice = []
    for function in (FUSED[axis], composed(axis)):
        x, w, b = inputs(seed=3)
        y = (function(x, w, b) ** 3).sum()
        y.backward()
        slope = x.grad
        (slope * slope).sum().backward()
        twice.append(x.grad.numpy())
    close(*twice, rtol=1e-7, atol=1e-8)


class NoGradientThroughStatistics(ops.BatchNorm):
    def vjp(self, adjoint, out, x, weight, bias):
        _, of_weight, of_bias = super().vjp(adjoint, out, x, weight, bias)
        return adjoint * weight * self.standardized(x)[1], of_weight, of_bias


class NoPartAlongTheOutput(ops.LayerNorm):
    def vjp(self, adjoint, out, x, weight, bias):
        _, of_weight, of_bias = super().vjp(adjoint, out, x, weight, bias)
        g = adjoint * weight
        return (g - ops.mean_along(g, 1)) * self.standardized(x)[1], of_weight, of_bias


@pytest.mark.parametrize("fault", [NoGradientThroughStatistics, NoPartAlongTheOutput])
def test_a_forgotten_statistic_is_caught(fault):
    with pytest.raises(GradientMismatch):
        gradcheck(lambda x, w, b: fault()(x, w, b), *inputs(), verbose=False)


@AXES
def test_the_input_gets_no_gradient_along_shift_and_stretch(axis):
    x, w, b = inputs(6, 6)
    (ops.standardize(x, axis, eps=0.0)[0] ** 3).sum().backward()
    gradient, values = x.grad.numpy(), x.numpy()
    assert abs(gradient.sum(axis)).max() < max(1e-10, RELATIVE)
    assert abs((gradient * values).sum(axis)).max() < max(1e-10, RELATIVE)


@AXES
def test_in_lazy_mode_too(axis, monkeypatch):
    eager = FUSED[axis](*inputs()).numpy()
    monkeypatch.setattr(autograd, "LAZY_MODE", True)
    x, w, b = inputs()
    out = FUSED[axis](x, w, b)
    out.sum().backward()
    assert out.numpy() == pytest.approx(eager)
    assert x.grad.shape == x.shape


def test_shapes_that_do_not_fit_are_named():
    x, w, b = inputs()
    with pytest.raises(ShapeError, match=r"layer_norm: wanted x .*\(5, 4\), \(3,\)"):
        ops.layer_norm(x, Tensor(np.ones(3)), b)
    assert Normalize.axis is None


@given(
    st.integers(2, 6), st.integers(2, 6), st.integers(0, 99), st.sampled_from([0, 1])
)
def test_against_torch(m, n, seed, axis):
    torch = pytest.importorskip("torch")
    arrays = [v.numpy() for v in inputs(m, n, seed)]
    ours = [Tensor(a) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    one = FUSED[axis](*ours)
    if axis:
        other = torch.nn.functional.layer_norm(theirs[0], (n,), *theirs[1:])
    else:
        other = torch.nn.functional.batch_norm(
            theirs[0], None, None, *theirs[1:], training=True
        )
    close(one.numpy(), other.detach().numpy(), atol=1e-8)
    (one**3).sum().backward()
    (other**3).sum().backward()
    # What is added up on the way back; of it the result may be a small difference.
    terms = 3 * abs(arrays[1]).max() * (one.numpy() ** 2).max()
    bound = max(1e-5, RELATIVE * float(terms / arrays[0].std(axis).min()))
    for a, b in zip(ours, theirs, strict=True):
        got, want = a.grad.numpy(), b.grad.numpy()
        close(got, want, rtol=1e-5, atol=bound)
