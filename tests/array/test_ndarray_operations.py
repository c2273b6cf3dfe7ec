"""Every operation equals NumPy's, on views of every kind, on every device."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from needlebook import array as nd
from needlebook.array import NDArray
from needlebook.array import backend_numpy as reference
from needlebook.errors import ShapeError
from tests.array.drawing import on_every_device, same, strided, views

pytestmark = pytest.mark.since("11")

EXACT = {
    "add": (lambda a, b: a + b, np.add),
    "sub": (lambda a, b: a - b, np.subtract),
    "mul": (lambda a, b: a * b, np.multiply),
    "div": (lambda a, b: a / b, np.divide),
    "maximum": (lambda a, b: a.maximum(b), np.maximum),
    "eq": (lambda a, b: a == b, np.equal),
    "ne": (lambda a, b: a != b, np.not_equal),
    "ge": (lambda a, b: a >= b, np.greater_equal),
    "gt": (lambda a, b: a > b, np.greater),
    "le": (lambda a, b: a <= b, np.less_equal),
    "lt": (lambda a, b: a < b, np.less),
}


@st.composite
def pairs(draw, device):
    """Two views whose shapes broadcast; some numbers come in both, for ==."""
    shapes = draw(
        mutually_broadcastable_shapes(num_shapes=2, max_dims=6, max_side=3, min_side=0)
    ).input_shapes
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    made = []
    for shape in shapes:
        theirs = rng.integers(-3, 4, size=shape).astype("float32") + 0.5
        compact = draw(st.booleans())
        made.append(
            (NDArray(theirs, device=device), theirs)
            if compact
            else strided(draw, device, theirs)
        )
    return made


@on_every_device
@pytest.mark.parametrize("name", EXACT)
@given(data=st.data())
def test_two_views_that_broadcast(device, name, data):
    (a, x), (b, y) = data.draw(pairs(device))
    ours, theirs = EXACT[name]
    same(ours(a, b), theirs(x, y))


@on_every_device
@pytest.mark.parametrize("name", EXACT)
@given(data=st.data(), number=st.sampled_from([-2.0, 0.5, 3, np.float32(1.5)]))
def test_a_view_and_a_number(device, name, data, number):
    a, x = data.draw(views(device))
    ours, theirs = EXACT[name]
    same(ours(a, number), theirs(x, np.float32(number)))
    if name in ("add", "sub", "mul"):
        same(ours(number, a), theirs(np.float32(number), x))


@on_every_device
@given(data=st.data())
def test_functions_of_one_view(device, data):
    a, x = data.draw(views(device, elements=(0.1, 4.0)))
    same(-a, -x)
    same(abs(a - 2.0), abs(x - np.float32(2.0)))
    for name in ("log", "exp", "tanh", "sqrt"):
        same(getattr(nd, name)(a), getattr(np, name)(x), rtol=1e-6, atol=1e-6)
    same(a**2, x**2, rtol=1e-6)
    same(a**-0.5, x ** np.float32(-0.5), rtol=1e-6)
    same(nd.square(a), np.square(x))


@on_every_device
@given(data=st.data(), keepdims=st.booleans())
def test_reductions_over_any_axes(device, data, keepdims):
    a, x = data.draw(views(device))
    axes = tuple(data.draw(st.sets(st.sampled_from(range(x.ndim or 1)))))[: x.ndim]
    bound = 1e-6 * (x.size + 1) * 4
    same(a.sum(axes, keepdims), x.sum(axes, keepdims=keepdims), atol=bound)
    if x.size:
        same(a.max(axes, keepdims), x.max(axes, keepdims=keepdims))
        same(a.mean(axes, keepdims), x.mean(axes, keepdims=keepdims), atol=bound)
        same(a.sum(), [x.sum()], atol=bound)
        same(a.max(), [x.max()])


@on_every_device
def test_the_largest_of_nothing_is_refused(device):
    nothing = NDArray(np.zeros((2, 0, 3)), device=device)
    same(nothing.sum(1), np.zeros((2, 3)))
    with pytest.raises(ShapeError, match="no element along axes"):
        nothing.max(1)


@on_every_device
@pytest.mark.parametrize("shapes", [((3,), (3, 2)), ((2, 3), (3,)), ((3,), (3,))])
def test_products_of_vectors(device, shapes):
    rng = np.random.default_rng(0)
    x, y = (rng.normal(size=shape).astype("float32") for shape in shapes)
    same(NDArray(x, device=device) @ NDArray(y, device=device), x @ y, atol=1e-6)


@on_every_device
@given(data=st.data())
def test_flip_pad_where_stack_concatenate(device, data):
    a, x = data.draw(views(device))
    axes = tuple(data.draw(st.sets(st.sampled_from(range(x.ndim or 1)))))[: x.ndim]
    same(nd.flip(a, axes), np.flip(x, axes))
    widths = [
        data.draw(st.tuples(st.integers(0, 2), st.integers(0, 2))) for _ in x.shape
    ]
    same(nd.pad(a, widths), np.pad(x, widths) if widths else x)
    same(nd.where(a > 0, a, -1.0), np.where(x > 0, x, -1.0))
    same(nd.stack([a, a * 2], 0), np.stack([x, x * 2], 0))
    if x.ndim:
        axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
        same(nd.concatenate([a, a], axis), np.concatenate([x, x], axis))


@on_every_device
@given(data=st.data())
def test_where_keeps_what_is_not_finite_out(device, data):
    a, x = data.draw(views(device))
    filled = nd.where(a == a, a, float("inf"))
    same(filled, x)


@on_every_device
def test_take_along_axis(device):
    rng = np.random.default_rng(1)
    x, places = rng.normal(size=(4, 3)).astype("float32"), rng.integers(3, size=(4, 2))
    same(
        nd.take_along_axis(NDArray(x, device=device), places, 1),
        np.take_along_axis(x, places, 1),
    )


def test_a_kernel_that_forgets_strides_is_caught(monkeypatch):
    """The planted fault: addition as if both views were compact."""

    def forgetful(a, a_strides, a_offset, b, b_strides, b_offset, out, shape):
        out.array[:] = a.array[: out.size] + b.array[: out.size]

    a = NDArray(np.arange(6).reshape(2, 3), device=nd.cpu_numpy())
    same(a.T + a.T, 2 * a.numpy().T)
    monkeypatch.setattr(reference, "view_add", forgetful)
    with pytest.raises(AssertionError):
        same(a.T + a.T, 2 * a.numpy().T)
