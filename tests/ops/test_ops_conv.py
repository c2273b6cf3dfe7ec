"""Convolution and pooling: PyTorch's values, gradients of every order, named errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.derivatives import hvp, jvp
from needlebook.errors import GradientMismatch, ShapeError
from needlebook.experiments.planted_faults import planted
from needlebook.gradcheck import gradcheck
from tests.closeness import close

pytestmark = pytest.mark.since("10")
CASES = [(1, 0, 1, 1), (2, 1, 1, 2), (3, 2, 2, 1), (2, 3, 1, 4), (1, 1, 2, 2)]


def draws(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def first(array):
    """Channels first, as PyTorch has them, and contiguous: its backward pass asks."""
    return np.ascontiguousarray(array.transpose(0, 3, 1, 2))


@st.composite
def layers(draw):
    groups = draw(st.integers(1, 3))
    kernel = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    stride, padding = draw(st.integers(1, 3)), draw(st.integers(0, 3))
    dilation = draw(st.integers(1, 2))
    least = [max(1, (k - 1) * dilation + 1 - 2 * padding) for k in kernel]
    h, w = (draw(st.integers(n, n + 5)) for n in least)
    n, c, o = (draw(st.integers(1, 3)) for _ in range(3))
    options = stride, padding, dilation, groups
    return (n, h, w, c * groups), (*kernel, c, o * groups), options


@given(layers())
def test_values_and_gradients_are_those_of_torch(layer):
    torch = pytest.importorskip("torch")
    x_shape, w_shape, options = layer
    x, w = draws(*x_shape), draws(*w_shape, seed=1)
    a, b = Tensor(x), Tensor(w)
    out = ops.conv(a, b, *options)
    image = torch.tensor(first(x), requires_grad=True)
    taps = torch.tensor(np.ascontiguousarray(w.transpose(3, 2, 0, 1)))
    taps.requires_grad_()
    expected = torch.nn.functional.conv2d(image, taps, None, *options)
    close(first(out.numpy()), expected.detach(), atol=1e-10)
    v = draws(*out.shape, seed=2)
    out.backward(Tensor(v))
    expected.backward(torch.tensor(first(v)))
    close(first(a.grad.numpy()), image.grad, atol=1e-10)
    found = b.grad.numpy().transpose(3, 2, 0, 1)
    close(found, taps.grad, atol=1e-10)


@pytest.mark.np
@given(layers())
def test_the_transposed_convolution_is_that_of_torch(layer):
    torch = pytest.importorskip("torch")
    (n, h, w, _), w_shape, (stride, padding, dilation, groups) = layer
    taps = draws(*w_shape)
    a = draws(n, h + 6, w + 6, w_shape[3], seed=1)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    found = ops.conv_transpose(a, taps, groups=groups, **options)
    expected = torch.nn.functional.conv_transpose2d(
        torch.tensor(first(a)),
        torch.tensor(np.ascontiguousarray(taps.transpose(3, 2, 0, 1))),
        groups=groups,
        **options,
    )
    close(first(found), expected, atol=1e-10)


@pytest.mark.parametrize("options", CASES)
def test_gradients_are_those_by_differences(options):
    x, w = Tensor(draws(2, 7, 6, 4)), Tensor(draws(3, 3, 4 // options[3], 4, seed=1))
    gradcheck(lambda x, w: ops.conv(x, w, *options), x, w, verbose=False)


@pytest.mark.np
@pytest.mark.parametrize("options", CASES)
def test_second_derivatives_and_tangents(options):
    x, w = Tensor(draws(1, 6, 6, 4)), Tensor(draws(3, 3, 4 // options[3], 4, seed=1))
    v = Tensor(draws(*x.shape, seed=2))

    def function(x):
        return (ops.conv(x, w, *options) ** 3).sum()

    eps = 1e-5
    slopes = []
    for sign in (1, -1):
        moved = Tensor(x.numpy() + sign * eps * v.numpy())
        function(moved).backward()
        slopes.append(moved.grad.numpy())
    expected = (slopes[0] - slopes[1]) / (2 * eps)
    close(hvp(function, x, v).numpy(), expected, rtol=1e-5, atol=1e-4)
    _, tangent = jvp(lambda x: ops.conv(x, w, *options), [x], [v])
    close(tangent.numpy(), ops.conv(v, w, *options).numpy(), atol=1e-12)


def without_flip(self, adjoint, out, x, w):
    taps = ops.flip(w, (0, 1))
    good = ops.Conv.right_rule(self, adjoint, out, x, taps)
    return good[0], ops.Conv.right_rule(self, adjoint, out, x, w)[1]


def padded_by_p(self, adjoint, out, x, w):
    k, p = w.shape[0], self.padding
    taps = ops.transpose(ops.flip(w, (0, 1)), (2, 3))
    wrong = ops.conv(adjoint, taps, 1, p)
    size = x.shape[1] - wrong.shape[1]
    assert size == 2 * (k - 1 - 2 * p)
    shift = (size // 2, size - size // 2)
    fitted = ops.pad(wrong, [(0, 0), shift[::-1], (0, size), (0, 0)])
    return fitted, ops.Conv.right_rule(self, adjoint, out, x, w)[1]


@pytest.mark.parametrize("wrong", [without_flip, padded_by_p])
def test_a_wrong_rule_is_caught(wrong):
    ops.Conv.right_rule = ops.Conv.vjp
    x, w = Tensor(draws(1, 5, 5, 2)), Tensor(draws(3, 3, 2, 2, seed=1))
    try:
        with planted(ops.Conv, wrong), pytest.raises(GradientMismatch):
            gradcheck(lambda x, w: ops.conv(x, w, padding=0), x, w)
    finally:
        del ops.Conv.right_rule


@pytest.mark.parametrize("size, stride", [(2, None), (3, 2), (2, 3)])
@pytest.mark.parametrize("pool", [ops.max_pool, ops.avg_pool])
def test_pooling_is_that_of_torch(pool, size, stride):
    torch = pytest.importorskip("torch")
    x = draws(2, 7, 8, 3)
    x[0, :3, :3] = 1.0  # windows with ties
    ours, theirs = Tensor(x), torch.tensor(first(x), requires_grad=True)
    names = {ops.max_pool: "max_pool2d", ops.avg_pool: "avg_pool2d"}
    expected = getattr(torch.nn.functional, names[pool])(theirs, size, stride)
    out = pool(ours, size, stride)
    close(first(out.numpy()), expected.detach(), atol=1e-12)
    v = draws(*out.shape, seed=1)
    out.backward(Tensor(v))
    expected.backward(torch.tensor(first(v)))
    close(first(ours.grad.numpy()), theirs.grad, atol=1e-12)


@pytest.mark.np
@pytest.mark.parametrize("pool", [ops.max_pool, ops.avg_pool])
def test_pooling_can_be_differentiated_twice(pool):
    x, v = Tensor(draws(1, 4, 4, 2)), Tensor(draws(1, 4, 4, 2, seed=1))

    def function(x):
        return (pool(x, 2) ** 3).sum()

    eps, slopes = 1e-5, []
    for sign in (1, -1):
        moved = Tensor(x.numpy() + sign * eps * v.numpy())
        function(moved).backward()
        slopes.append(moved.grad.numpy())
    expected = (slopes[0] - slopes[1]) / (2 * eps)
    x.grad = None
    function(x).backward()
    (x.grad * v).sum().backward()
    close(x.grad.numpy(), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "x, w, options, words",
    [
        ((1, 5, 5, 3), (3, 3, 2, 4), (1, 0), "3 channels given, 2 wanted"),
        ((1, 5, 5, 4), (3, 3, 2, 3), (1, 0, 1, 2), "groups"),
        ((1, 2, 5, 3), (3, 3, 3, 4), (1, 0), "reaches over 3 pixels"),
        ((5, 5, 3), (3, 3, 3, 4), (1, 0), "wanted images"),
    ],
)
def test_what_does_not_fit_is_named(x, w, options, words):
    with pytest.raises(ShapeError, match=words):
        ops.conv(Tensor(draws(*x)), Tensor(draws(*w)), *options)


def test_a_window_larger_than_the_image_is_refused():
    with pytest.raises(ShapeError, match="no window of 3"):
        ops.max_pool(Tensor(draws(1, 2, 2, 1)), 3)
