"""Tanh, sigmoid, GELU and the fused linear layer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from needlebook import nn, ops
from needlebook.autograd import Tensor, find_topo_sort
from needlebook.derivatives import forward_over_reverse, reverse_over_reverse
from needlebook.errors import GradientMismatch, ShapeError
from needlebook.gradcheck import gradcheck
from tests.closeness import DTYPE, close, equal

pytestmark = pytest.mark.since("8")
torch = pytest.importorskip("torch")

PAIRS = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": lambda a: torch.nn.functional.gelu(a, approximate="tanh"),
}
MODULES = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU}


@pytest.mark.parametrize("name", PAIRS)
@given(a=arrays("float64", array_shapes(max_side=4), elements=st.floats(-1e5, 1e5)))
def test_values_and_gradients_are_those_of_pytorch(name, a):
    ours, theirs = Tensor(a), torch.tensor(a, requires_grad=True)
    one, other = MODULES[name]()(ours), PAIRS[name](theirs)
    one.backward()
    other.sum().backward()
    close(one.numpy(), other.detach(), rtol=1e-9, atol=1e-12)
    # 1 - tanh(a)**2 has the rounding of 1, however small it is.
    rounding = 1e-12 if DTYPE == "float64" else 3e-7
    close(ours.grad.numpy(), theirs.grad, rtol=1e-9, atol=rounding)


@pytest.mark.parametrize("name", PAIRS)
def test_gradients_by_differences_and_hessian_vector_products(name):
    a, v = np.random.default_rng(0).normal(size=(2, 3, 4))
    function = getattr(ops, name)
    gradcheck(function, Tensor(a), verbose=False)

    def total(x):
        return (function(x) ** 2).sum()

    one = forward_over_reverse(total, Tensor(a), Tensor(v)).numpy()
    other = reverse_over_reverse(total, Tensor(a), Tensor(v)).numpy()
    close(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", PAIRS)
def test_at_a_hundred_thousand_nothing_overflows(name):
    far = Tensor(np.array([-1e5, 1e5], dtype="float32"))
    with np.errstate(over="raise", invalid="raise"):
        out = getattr(ops, name)(far)
        out.backward()
    assert np.isfinite(out.numpy()).all() and np.isfinite(far.grad.numpy()).all()


def test_gelu_without_its_second_term_is_caught():
    class Wrong(ops.GELU):
        def vjp(self, adjoint, out, a):
            return adjoint * self.gate(a)

    with pytest.raises(GradientMismatch):
        gradcheck(lambda a: Wrong()(a), Tensor(np.array([0.5, -1.0])), verbose=False)


@given(st.data())
def test_affine_is_product_and_sum(data):
    m, n, k = (data.draw(st.integers(1, 5)) for _ in range(3))
    rng = np.random.default_rng(m + 10 * n + 100 * k)
    shapes = data.draw(st.sampled_from([[(m, n)], [(2, m, n)]]))
    x, W, b = (rng.normal(size=s) for s in (*shapes, (n, k), (1, k)))
    fused, parts = [[Tensor(t) for t in (x, W, b)] for _ in range(2)]
    one, other = ops.affine(*fused), parts[0] @ parts[1] + parts[2]
    equal(one.numpy(), other.numpy())
    one.backward()
    other.backward()
    for left, right in zip(fused, parts, strict=True):
        close(left.grad.numpy(), right.grad.numpy(), rtol=1e-12)
    gradcheck(ops.affine, *fused, verbose=False)
    assert len(find_topo_sort([one])) == len(find_topo_sort([other])) - 1


def test_affine_has_forward_rules():
    rng = np.random.default_rng(0)
    x, W, b = (Tensor(rng.normal(size=s)) for s in ((4, 3), (3, 2), (1, 2)))
    for i, leaf in enumerate((x, W, b)):
        v = Tensor(rng.normal(size=leaf.shape))

        def total(t, i=i):
            given = [x, W, b]
            given[i] = t
            return (ops.tanh(ops.affine(*given)) ** 2).sum()

        one = forward_over_reverse(total, leaf, v).numpy()
        other = reverse_over_reverse(total, leaf, v).numpy()
        close(one, other, rtol=1e-9, atol=1e-12)


def test_affine_names_what_does_not_fit():
    with pytest.raises(ShapeError, match="inner sizes 3 and 2 differ"):
        ops.affine(Tensor(np.ones((2, 3))), Tensor(np.ones((2, 4))), Tensor(np.ones(4)))
    with pytest.raises(ShapeError, match=r"bias \(3,\) does not fit"):
        ops.affine(Tensor(np.ones((2, 3))), Tensor(np.ones((3, 4))), Tensor(np.ones(3)))
