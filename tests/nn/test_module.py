"""Modules: what they hold, what they compute, what they say (chapter 7)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook import nn
from needlebook.autograd import Tensor
from needlebook.errors import GradientMismatch, ShapeError
from needlebook.experiments.planted_faults import planted
from needlebook.gradcheck import gradcheck
from needlebook.nn.module import walk
from needlebook.ops import MatMul
from tests.closeness import DTYPE, close

pytestmark = pytest.mark.since("7")


class Holder(nn.Module):
    def __init__(self):
        super().__init__()
        shared = nn.Linear(2, 2, bias=False)
        self.layers = [shared, (nn.ReLU(), shared)]
        self.heads = {"a": nn.Linear(2, 1), "b": {"c": nn.Linear(2, 3)}}
        self.constant = Tensor(np.ones(2))


def test_parameters_are_found_in_order_and_once():
    holder = Holder()
    shapes = [p.shape for p in holder.parameters()]
    assert shapes == [(2, 2), (2, 1), (1, 1), (2, 3), (1, 3)]


def test_names_are_the_paths():
    names = [n for n, v in walk(Holder(), "") if isinstance(v, nn.Parameter)]
    assert names == [
        "layers.0.weight",
        "layers.1.1.weight",
        "heads.a.weight",
        "heads.a.bias",
        "heads.b.c.weight",
        "heads.b.c.bias",
    ]


def test_children_and_modes():
    holder = Holder()
    assert len(holder._children()) == 4
    assert holder.eval() is holder
    assert not any(m.training for m in (holder, *holder._children()))
    assert all(m.training for m in holder.train()._children())


def test_a_module_that_holds_itself_is_walked_once():
    layer = nn.Linear(2, 2)
    layer.parent = nn.Sequential(layer)
    assert len(layer.parameters()) == 2
    layer.eval()
    assert not layer.parent.training


def test_linear_draws_weight_then_bias():
    np.random.seed(3)
    layer = nn.Linear(4, 5)
    np.random.seed(3)
    bound = np.sqrt(6 / 4)
    weight = np.random.rand(4, 5) * 2 * bound - bound
    bound = np.sqrt(6 / 5)
    bias = (np.random.rand(5, 1) * 2 * bound - bound).T
    close(layer.weight.numpy(), weight, rtol=1e-6)
    close(layer.bias.numpy(), bias, rtol=1e-6)
    assert layer.bias.shape == (1, 5) and layer.weight.dtype == "float32"
    assert nn.Linear(2, 3, bias=False).bias is None


def test_forward_uses_the_attributes_of_the_moment():
    layer = nn.Linear(2, 2, bias=False)
    layer.weight = Tensor(2 * np.eye(2, dtype="float32"))
    assert np.array_equal(layer(Tensor(np.ones((1, 2), "float32"))).numpy(), [[2, 2]])


def test_containers_and_flatten():
    x = Tensor(np.arange(-6.0, 6.0).reshape(2, 3, 2))
    assert nn.Flatten()(x).shape == (2, 6)
    assert nn.Identity()(x) is x
    both = nn.Sequential(nn.ReLU(), nn.Residual(nn.Identity()))
    assert np.array_equal(both(x).numpy(), 2 * np.maximum(x.numpy(), 0))
    assert len(both.modules) == 2


def test_errors_say_what_was_wanted():
    with pytest.raises(
        ShapeError, match=r"Linear\(4, 3\): got input of shape \(2, 5\)"
    ):
        nn.Linear(4, 3)(Tensor(np.ones((2, 5))))
    with pytest.raises(ShapeError, match="with a row for each example"):
        nn.Linear(4, 3)(Tensor(np.ones(4)))
    with pytest.raises(NotImplementedError, match="Module: forward is missing"):
        nn.Module()(Tensor(1.0))


def nested():
    def linear(n, k):
        return nn.Linear(n, k, dtype=DTYPE)

    np.random.seed(0)
    inner = nn.Sequential(linear(4, 3), nn.ReLU(), linear(3, 4))
    return inner, nn.Sequential(nn.Residual(nn.Residual(inner)), inner, linear(4, 2))


def checked():
    inner, whole = nested()

    def with_weight(w, x):
        inner.modules[0].weight = w
        return whole(x)

    x = Tensor(np.random.default_rng(0).normal(size=(5, 4)))
    return gradcheck(with_weight, inner.modules[0].weight, x, verbose=False)


@pytest.mark.np
def test_modules_nested_at_will_have_right_gradients():
    assert checked() < 1e-6


def test_a_wrong_rule_below_is_caught_above():
    right = MatMul.vjp

    def wrong(self, d, out, a, b):
        one, two = right(self, d, out, a, b)
        return one, lambda: two() * 0.9

    with planted(MatMul, wrong), pytest.raises(GradientMismatch):
        checked()


@pytest.mark.np
@given(st.lists(st.integers(1, 5), min_size=4, max_size=4), st.booleans())
def test_linear_relu_residual_equal_pytorch(sizes, bias):
    torch = pytest.importorskip("torch")
    m, n, k, seed = sizes
    np.random.seed(seed)
    one, two = (nn.Linear(*s, bias, dtype=DTYPE) for s in ((n, k), (k, n)))
    ours = nn.Residual(nn.Sequential(one, nn.ReLU(), two))
    data = np.random.randn(m, n)
    x = Tensor(data)
    theirs = [torch.tensor(p.numpy(), requires_grad=True) for p in ours.parameters()]
    t = torch.tensor(data, requires_grad=True)
    h = t @ theirs[0] + (theirs[1] if bias else 0)
    out = torch.relu(h) @ theirs[1 + bias] + (theirs[3] if bias else 0) + t
    got = ours(x)
    close(got.numpy(), out.detach().numpy(), atol=1e-12)
    (got * got).sum().backward()
    (out * out).sum().backward()
    for p, q in zip((x, *ours.parameters()), (t, *theirs), strict=True):
        close(p.grad.numpy(), q.grad.numpy(), atol=1e-9)
