"""Convolution and linear layer in native code, against PyTorch and the definition."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from needlebook import ops
from needlebook.errors import AllocationError
from needlebook.fused import loops, products, readable
from needlebook.fused.products import call
from needlebook.manual.native import load

pytestmark = [pytest.mark.since("11"), pytest.mark.native]


@pytest.fixture(autouse=True, scope="module")
def compiled():
    if loops() is None:
        pytest.skip("the native part _training was not compiled")


@st.composite
def convolutions(draw):
    """Draw an operation and shapes of images and filters that fit it."""
    small = st.integers(1, 3)
    stride, dilation, groups = draw(small), draw(st.integers(1, 2)), draw(small)
    padding, kh, kw = draw(st.integers(0, 2)), draw(small), draw(small)
    c, o = groups * draw(st.integers(1, 5)), groups * draw(st.integers(1, 20))
    x = (draw(small), draw(st.integers(1, 9)), draw(st.integers(1, 9)), c)
    op = ops.Conv(stride, padding, dilation, groups)
    w = (kh, kw, c // groups, o)
    assume(op.explain(x, w) is None)
    return op, x, w


@st.composite
def depthwise(draw):
    """Draw a convolution of each channel by itself: channels fill vectors or not."""
    stride, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    padding, channels = draw(st.integers(0, 4)), draw(st.integers(2, 90))
    size, small = st.integers(1, 9), st.integers(1, 4)
    op = ops.Conv(stride, padding, dilation, channels)
    x = (draw(small), draw(size), draw(size), channels)
    w = (draw(small), draw(small), 1, channels)
    assume(op.explain(x, w) is None)
    return op, x, w


ANY = convolutions() | depthwise()


def drawn(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def adjoints(op, a, x, w):
    """What the native loops give back: (by the image, by the filter)."""
    return [part() for part in products.conv_vjp(op, a, None, x, w)]


def of_torch(op, a, x, w):
    """The same by PyTorch in float64: (out, by the image, by the filter)."""
    torch = pytest.importorskip("torch")
    pixels = np.ascontiguousarray(x.transpose(0, 3, 1, 2), "float64")
    images = torch.tensor(pixels, requires_grad=True)
    taps = np.ascontiguousarray(w.transpose(3, 2, 0, 1), "float64")
    filters = torch.tensor(taps, requires_grad=True)
    steps = op.stride, op.padding, op.dilation, op.groups
    out = torch.nn.functional.conv2d(images, filters, None, *steps)
    out.backward(torch.tensor(a.transpose(0, 3, 1, 2).astype("float64")))
    return (
        out.detach().numpy().transpose(0, 2, 3, 1),
        images.grad.numpy().transpose(0, 2, 3, 1),
        filters.grad.numpy().transpose(2, 3, 1, 0),
    )


@given(ANY)
def test_equals_torch_in_float64(problem):
    op, x, w = problem
    a = drawn(products.out_shape(op, x, w), 2)
    x, w = drawn(x, 0), drawn(w, 1)
    found = [products.conv(op, x, w), *adjoints(op, a, x, w)]
    for got, wanted in zip(found, of_torch(op, a, x, w), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-4)


@given(ANY)
def test_both_adjoints_fit_the_definition(problem):
    op, x, w = problem
    a = drawn(products.out_shape(op, x, w), 2)
    x, w = drawn(x, 0), drawn(w, 1)
    out = products.conv(op, x, w).astype("float64")
    dx, dw = adjoints(op, a, x, w)
    bound = 1e-5 * np.sqrt((out**2).sum() * (a**2).sum()) + 1e-4
    assert abs((x * dx).sum(dtype="float64") - (out * a).sum()) < bound
    assert abs((w * dw).sum(dtype="float64") - (out * a).sum()) < bound


def test_an_unflipped_filter_is_caught_by_the_definition():
    op, x, w = ops.Conv(1, 1), drawn((1, 6, 6, 2)), drawn((3, 3, 2, 4), 1)
    a = drawn((1, 6, 6, 4), 2)
    dx, _ = adjoints(op, a, x, np.ascontiguousarray(w[::-1, ::-1]))
    out = products.conv(op, x, w)
    assert abs((x * dx).sum() - (out * a).sum()) > 1


@pytest.mark.parametrize(
    "c, o, rows", [(70, 65, 9), (3, 33, 16), (200, 10, 7), (5, 6, 200)]
)
def test_more_channels_or_pixels_than_a_part_a_tile_or_a_share_holds(c, o, rows):
    op, x, w = ops.Conv(1, 1), drawn((2, rows, 8, c)), drawn((3, 3, c, o), 1)
    a = drawn((2, rows, 8, o), 2)
    found = [products.conv(op, x, w), *adjoints(op, a, x, w)]
    for got, wanted in zip(found, of_torch(op, a, x, w), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=3e-4)


@pytest.mark.parametrize("rows, columns", [(200, 40), (2, 3000)])
def test_each_channel_by_itself_in_shares(rows, columns):
    op, x, w = (
        ops.Conv(1, 1, 1, 6),
        drawn((2, rows, columns, 6)),
        drawn((3, 3, 1, 6), 1),
    )
    a = drawn(x.shape, 2)
    for got, wanted in zip(
        adjoints(op, a, x, w), of_torch(op, a, x, w)[1:], strict=True
    ):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=2e-3)


def test_views_are_read_as_views():
    op, x, w = ops.Conv(2, 1), drawn((2, 3, 8, 7)), drawn((3, 3, 3, 4), 1)
    view = x.transpose(0, 2, 3, 1)
    whole = np.ascontiguousarray(view)
    np.testing.assert_array_equal(
        products.conv(op, view, w), products.conv(op, whole, w)
    )


@pytest.mark.np
@given(ANY)
def test_the_readable_version_agrees(problem):
    op, x, w = problem
    a = drawn(products.out_shape(op, x, w), 2)
    x, w = drawn(x, 0), drawn(w, 1)
    native = [op.compute(x, w), *(part() for part in op.vjp(a, None, x, w))]
    with readable():
        slow = [op.compute(x, w), *(part() for part in op.vjp(a, None, x, w))]
    for got, wanted in zip(native, slow, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-4)


def test_what_is_no_float32_goes_the_readable_way():
    op, x, w = ops.Conv(1, 1), drawn((1, 4, 4, 2)), drawn((3, 3, 2, 2))
    assert products.conv(op, x.astype("float64"), w) is None
    assert products.conv(op, x[:0], w) is None
    with readable():
        assert products.conv(op, x, w) is None


def test_wrong_channels_are_left_to_the_error_of_the_operation():
    op = ops.Conv(1, 1)
    assert products.conv(op, drawn((1, 4, 4, 2)), drawn((3, 3, 3, 2))) is None


def test_an_adjoint_of_another_shape_is_refused():
    op, x, w = ops.Conv(1, 1), drawn((1, 4, 4, 2)), drawn((3, 3, 2, 2))
    with pytest.raises(ValueError, match=r"adjoint \(1, 3, 4, 2\)"):
        products.conv_vjp(op, drawn((1, 3, 4, 2)), None, x, w)


@pytest.mark.parametrize(
    "m, n, k", [(1, 1, 1), (100, 30, 10), (5, 300, 33), (200, 7, 64)]
)
def test_linear_and_its_adjoints(m, n, k):
    x, w, b, a = drawn((m, n)), drawn((n, k), 1), drawn((1, k), 2), drawn((m, k), 3)
    affine = ops.Affine()
    out = products.linear(affine, x, w, b)
    dx, dw, db = (part() for part in products.linear_vjp(affine, a, out, x, w, b))
    close = {"rtol": 1e-4, "atol": 1e-4}
    np.testing.assert_allclose(out, x.astype("float64") @ w + b, **close)
    np.testing.assert_allclose(dx, a.astype("float64") @ w.T, **close)
    np.testing.assert_allclose(dw, x.T.astype("float64") @ a, **close)
    np.testing.assert_allclose(db, a.sum(axis=0, keepdims=True), **close)


@pytest.mark.parametrize("shape", [(3, 1), (1, 1), (3, 3), (1,), (1, 1, 3)])
def test_a_bias_that_is_no_row_is_left_to_the_readable_layer(shape):
    x, w, b, a = drawn((3, 4)), drawn((4, 3), 1), drawn(shape, 2), drawn((3, 3), 3)
    affine = ops.Affine()
    assert products.linear(affine, x, w, b) is None
    assert products.linear_vjp(affine, a, None, x, w, b) is None


@pytest.mark.parametrize("shape", [(3, 2), (2, 3), (9,)])
def test_an_adjoint_that_does_not_fit_never_reaches_the_linear_loops(shape):
    x, w, b = drawn((3, 4)), drawn((4, 3), 1), drawn((1, 3), 2)
    assert products.linear_vjp(ops.Affine(), drawn(shape), None, x, w, b) is None


def test_filters_that_do_not_fit_the_images_never_reach_the_adjoints():
    a, x, w = drawn((1, 4, 4, 2)), drawn((1, 4, 4, 2)), drawn((3, 3, 3, 2))
    assert products.conv_vjp(ops.Conv(1, 1), a, None, x, w) is None


@pytest.mark.np
@pytest.mark.parametrize("shape", [(1, 3), (3,), (3, 1), (1, 1)])
def test_every_bias_gives_what_the_readable_layer_gives(shape):
    x, w, b, a = drawn((3, 4)), drawn((4, 3), 1), drawn(shape, 2), drawn((3, 3), 3)
    affine = ops.Affine()

    def both_ways():
        out = affine.compute(x, w, b)
        back = affine.vjp(a, out, x, w, b)
        return [out, *(part() if callable(part) else part for part in back)]

    native = both_ways()
    with readable():
        slow = both_ways()
    for got, wanted in zip(native, slow, strict=True):
        assert got.shape == wanted.shape
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)


@given(ANY)
def test_a_bias_is_added_to_every_pixel_of_its_channel(problem):
    op, x, w = problem
    x, w, b = drawn(x, 0), drawn(w, 1), drawn(w[3:], 2)
    biased = ops.ConvBias(op.stride, op.padding, op.dilation, op.groups)
    out = products.conv(biased, x, w, b)
    np.testing.assert_array_equal(out, b + products.conv(op, x, w))
    a = drawn(out.shape, 3)
    back = [part() for part in products.conv_bias_vjp(biased, a, out, x, w, b)]
    for got, wanted in zip(back, adjoints(op, a, x, w), strict=False):
        np.testing.assert_array_equal(got, wanted)
    np.testing.assert_allclose(
        back[2], a.astype("float64").sum(axis=(0, 1, 2)), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("o", [4, 8, 16, 32, 40, 65])
def test_whole_and_half_tiles_take_a_bias(o):
    x, w, b = drawn((2, 5, 6, 3)), drawn((3, 3, 3, o), 1), drawn((o,), 2)
    out = products.conv(ops.ConvBias(1, 1), x, w, b)
    np.testing.assert_array_equal(out, b + products.conv(ops.Conv(1, 1), x, w))


@pytest.mark.parametrize("shape", [(1,), (3,), (1, 4), (4, 1)])
def test_a_bias_of_another_shape_is_refused(shape):
    x, w, b = drawn((1, 4, 4, 2)), drawn((3, 3, 2, 4)), drawn(shape)
    op = ops.ConvBias(1, 1)
    assert products.conv(op, x, w, b) is None
    assert products.conv_bias_vjp(op, drawn((1, 4, 4, 4)), None, x, w, b) is None
    with pytest.raises(ValueError, match=r"conv_bias: bias .* wanted \(4,\)"):
        op.compute(x, w, b)


def test_the_gradients_of_a_convolution_with_bias():
    from needlebook.autograd import Tensor
    from needlebook.gradcheck import DTYPE, gradcheck

    shapes = (1, 4, 4, 2), (3, 3, 2, 3), (3,)
    leaves = [Tensor(drawn(s, i).astype(DTYPE)) for i, s in enumerate(shapes)]
    gradcheck(ops.conv_bias, *leaves, verbose=False)


def test_tangents_of_a_convolution_with_bias_are_those_of_its_parts():
    from needlebook.autograd import Tensor
    from needlebook.derivatives import jvp

    shapes = (2, 5, 4, 2), (3, 3, 2, 3), (3,)
    points, directions = (
        [Tensor(drawn(s, i + first)) for i, s in enumerate(shapes)] for first in (0, 5)
    )

    def composed(x, w, b):
        out = ops.conv(x, w, 2, 1)
        return out + ops.broadcast_to(b, out.shape)

    _, found = jvp(lambda x, w, b: ops.conv_bias(x, w, b, 2, 1), points, directions)
    _, wanted = jvp(composed, points, directions)
    np.testing.assert_allclose(found.numpy(), wanted.numpy(), rtol=1e-4, atol=1e-4)


def test_the_layer_with_a_bias_is_one_operation():
    from needlebook import nn
    from needlebook.autograd import Tensor

    x, layer = drawn((2, 3, 5, 5)), nn.Conv(3, 4, 3, 2)
    found = layer(x=Tensor(x)).numpy()
    plain = nn.Conv(3, 4, 3, 2, bias=False)
    plain.weight.data = layer.weight.detach()
    wanted = plain(Tensor(x)).numpy() + layer.bias.numpy()[:, None, None]
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6)
    seen, todo = [], [layer(Tensor(x))]
    while todo:
        value = todo.pop()
        seen += [type(value.op).__name__]
        todo += value.inputs or ()
    assert seen.count("ConvBias") == 1
    assert not {"Conv", "Add", "BroadcastTo"} & set(seen)


def test_a_second_derivative_of_linear_runs_through_the_readable_one():
    from needlebook.autograd import Tensor

    x, w, b = (Tensor(drawn(s, i)) for i, s in enumerate([(3, 4), (4, 2), (1, 2)]))
    (ops.affine(x, w, b) ** 2).sum().backward()
    first = x.grad
    first.sum().backward()
    ones = np.ones((3, 4), "float32")
    wanted = 2 * (ones @ w.numpy()).sum(axis=0, keepdims=True)
    np.testing.assert_allclose(b.grad.numpy(), wanted, rtol=1e-4)


def test_the_lock_is_let_go_while_it_computes():
    import sys
    import threading
    import time

    x, w, ticks = drawn((16, 32, 32, 32)), drawn((3, 3, 32, 64), 1), []
    done = threading.Event()

    def count():
        while not done.is_set():
            ticks.append(1)
            time.sleep(0)  # lets go of the lock, which nothing else takes away here

    counting = threading.Thread(target=count)
    out = np.empty((16, 32, 32, 64), "float32")
    what = products.sizes(ops.Conv(1, 1), x.shape, w.shape)
    usual, during = sys.getswitchinterval(), 0
    sys.setswitchinterval(60)
    try:
        counting.start()
        for _ in range(50):
            before = len(ticks)
            call("conv", what, x, w, 0, out)
            during = max(during, len(ticks) - before)
            if during:
                break
    finally:
        sys.setswitchinterval(usual)
        done.set()
        counting.join()
    assert during


def test_want_of_memory_in_a_loop_is_an_allocation_error(monkeypatch):
    def none_left(*_):
        raise MemoryError("std::bad_alloc")

    monkeypatch.setattr(load("_training").module, "conv", none_left)
    x, w = np.ones((1, 4, 4, 1), "float32"), np.ones((3, 3, 1, 1), "float32")
    with pytest.raises(AllocationError, match="conv: no memory"):
        products.conv(ops.Conv(1, 1), x, w)
