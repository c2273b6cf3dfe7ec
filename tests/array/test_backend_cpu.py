"""The C++ backend does what the NumPy backend does, on every kind of view."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook.array import backend_numpy
from needlebook.experiments.rounding import EXACT, ulps
from needlebook.manual.native import require
from tests.array.drawing import contents, handle

pytestmark = [pytest.mark.since("11"), pytest.mark.native]

cpu = require("ndarray_backend_cpu")
BOUNDS = {"neg": 0.0, "exp": 1.1, "log": 0.9, "tanh": 2.5, "sqrt": 0.5}
UNUSUAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-42, -1e-42, 3e38, 1.0, -1.0]


def numbers(count, seed, unusual=True):
    """Normal numbers, every fourth of them an unusual one."""
    rng = np.random.default_rng(seed)
    found = rng.normal(size=count).astype("float32")
    if unusual:
        found[rng.random(count) < 0.25] = rng.choice(UNUSUAL)
    return found


@st.composite
def viewed(draw, repeats=True):
    """(flat buffer, view of it): permuted, sliced in any direction, broadcast."""
    shape = draw(st.lists(st.integers(0, 5), max_size=6 if draw(st.booleans()) else 3))
    flat = numbers(max(int(np.prod(shape)), 1), draw(st.integers(0, 99)))
    view = flat[: int(np.prod(shape))].reshape(shape)
    view = view.transpose(draw(st.permutations(range(len(shape)))))
    for axis in range(len(shape)):
        step = draw(st.sampled_from([1, 1, 1, 2, -1, -2]))
        view = view[(slice(None),) * axis + (slice(None, None, step),)]
    if shape and repeats and draw(st.booleans()):
        ones = tuple(slice(0, 1) if draw(st.booleans()) else slice(None) for _ in shape)
        wanted = view.shape
        if 0 not in wanted:
            view = np.broadcast_to(view[ones], wanted)
    return flat, view


def place(flat, view):
    """Strides and offset of a view, in elements."""
    start = (view.ctypes.data - flat.ctypes.data) // 4 if view.size else 0
    return tuple(step // 4 for step in view.strides), start


def same(found, wanted):
    """Bit for bit, but for the sign of zero and the bits of NaN."""
    np.testing.assert_array_equal(found, wanted)


def test_every_function_of_the_specification_is_there():
    names = {
        name
        for name in vars(backend_numpy)
        if name.startswith(("ewise_", "scalar_", "view_", "reduce_", "matmul"))
    }
    names |= {"Array", "to_numpy", "from_numpy", "fill", "compact"}
    assert not names - set(dir(cpu))
    assert (cpu.__device_name__, cpu.__tile_size__, cpu.__host__) == ("cpu", 8, True)


@given(viewed())
def test_compact_and_to_numpy_read_any_view(drawn):
    flat, view = drawn
    strides, offset = place(flat, view)
    source, out = handle(cpu, flat), cpu.Array(view.size)
    cpu.compact(source, out, view.shape, strides, offset)
    same(contents(cpu, out), view.ravel())
    found = cpu.to_numpy(source, view.shape, strides, offset)
    assert found.shape == view.shape
    same(found, view)


@given(viewed(repeats=False), st.booleans())
def test_assignment_writes_the_elements_of_the_view_alone(drawn, with_number):
    flat, view = drawn
    strides, offset = place(flat, view)
    target, wanted = handle(cpu, flat), handle(backend_numpy, flat)
    new = numbers(view.size, 7)
    for module, out in ((cpu, target), (backend_numpy, wanted)):
        if with_number:
            module.scalar_setitem(view.size, 2.5, out, view.shape, strides, offset)
        else:
            source = handle(module, new)
            module.ewise_setitem(source, out, view.shape, strides, offset)
    same(contents(cpu, target), contents(backend_numpy, wanted))


@pytest.fixture(params=["baseline", "avx2", "avx512"])
def instructions(request):
    """One instruction set after the other; the best there is where one is missing."""
    before = cpu.isa()
    cpu.use_isa(request.param)
    yield request.param
    cpu.use_isa(before)


@pytest.mark.parametrize("shape", [(33, 50), (7, 40, 19), (4, 5, 16, 24), (130, 3)])
def test_blocked_transposes_of_all_orders(shape, instructions):
    flat = np.arange(np.prod(shape), dtype="float32")
    source = handle(cpu, flat)
    for shift in range(len(shape)):
        axes = np.roll(np.arange(len(shape)), shift)
        for order in (axes, axes[::-1]):
            view = flat.reshape(shape).transpose(order)
            out = cpu.Array(flat.size)
            cpu.compact(source, out, view.shape, *place(flat, view))
            same(contents(cpu, out), view.ravel())
            cpu.ewise_setitem(source, out, view.shape, *place(flat, view))
            wanted = np.empty_like(flat)
            turned = wanted.reshape(shape).transpose(order)
            turned[...] = flat.reshape(view.shape)
            same(contents(cpu, out), wanted)


@pytest.mark.parametrize("step", [1, -1, 0, 2])
def test_rows_of_every_length_are_copied_and_nothing_beside_them(step, instructions):
    for length in range(1, 150):
        flat = numbers(3 * 2 * length, length, unusual=False)
        source, target = handle(cpu, flat), cpu.Array(3 * (length + 1))
        cpu.fill(target, 7.0)
        start = length - 1 if step < 0 else 0
        where = (3, length), (2 * length, step), start
        packed = cpu.to_numpy(source, *where)
        wanted = np.lib.stride_tricks.as_strided(
            flat[start:], (3, length), (8 * length, 4 * step)
        )
        same(packed, wanted)
        cpu.ewise_setitem(handle(cpu, packed), target, (3, length), (length + 1, 1), 0)
        found = contents(cpu, target).reshape(3, length + 1)
        same(found[:, :-1], wanted)
        assert (found[:, -1] == 7.0).all()


@pytest.mark.parametrize("name", backend_numpy.BINARY)
@given(viewed(), st.integers(0, 99), st.sampled_from([0.0, 1.5, -2.0, np.nan, np.inf]))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_binary_kernels(name, drawn, seed, value):
    flat, view = drawn
    other = numbers(view.size, seed).reshape(view.shape).T.copy().T
    results = []
    for module in (cpu, backend_numpy):
        a, b = handle(module, flat), handle(module, other.ravel(order="K"))
        compact = [handle(module, part.ravel()) for part in (view, other)]
        outs = [module.Array(view.size) for _ in range(3)]
        getattr(module, f"ewise_{name}")(*compact, outs[0])
        getattr(module, f"scalar_{name}")(compact[0], value, outs[1])
        steps = tuple(step // 4 for step in other.strides)
        where = *place(flat, view), b, steps, 0
        getattr(module, f"view_{name}")(a, *where, outs[2], view.shape)
        results.append([contents(module, out) for out in outs])
    for found, wanted in zip(*results):
        if name == "power":
            assert (ulps(found, wanted.astype(float)) <= 2).all()
        else:
            same(found, wanted)


@pytest.mark.parametrize("name", backend_numpy.UNARY)
@given(st.integers(0, 300), st.integers(0, 99))
def test_unary_kernels(name, size, seed):
    x = numbers(size, seed)
    out = cpu.Array(size)
    getattr(cpu, f"ewise_{name}")(handle(cpu, x), out)
    with np.errstate(all="ignore"):
        exact = -x.astype(float) if name == "neg" else EXACT[name](x.astype(float))
    assert (ulps(contents(cpu, out), exact) <= BOUNDS[name]).all()


SIZE = st.integers(0, 6) | st.integers(60, 140) | st.sampled_from([512, 1200])


@given(st.integers(0, 4), SIZE, st.integers(0, 5) | st.sampled_from([40, 70, 1100]))
def test_reductions_over_a_middle_axis(outer, size, inner):
    x = numbers(outer * size * inner, size, unusual=False)
    a, out = handle(cpu, x), cpu.Array(outer * inner)
    cpu.reduce_sum_axis(a, out, outer, size, inner)
    block = x.reshape(outer, size, inner).astype(float)
    limit = 3e-7 * np.abs(block).sum(axis=1).ravel()
    assert (abs(contents(cpu, out) - block.sum(axis=1).ravel()) <= limit).all()
    if size:
        cpu.reduce_max_axis(a, out, outer, size, inner)
        same(contents(cpu, out), block.max(axis=1).ravel())
        if inner == 1:
            cpu.reduce_max(a, out, size)
            same(contents(cpu, out), block.max(axis=1).ravel())
            cpu.reduce_sum(a, out, size)
            assert (abs(contents(cpu, out) - block.sum(axis=1).ravel()) <= limit).all()


@given(st.integers(1, 9000) | st.sampled_from([131_072, 200_001]), st.data())
def test_one_nan_anywhere_is_the_largest(size, data):
    x = np.linspace(-1, 1, size, dtype="float32")
    x[data.draw(st.integers(0, size - 1))] = np.nan
    out = cpu.Array(1)
    cpu.reduce_max(handle(cpu, x), out, size)
    assert np.isnan(contents(cpu, out)).all()


@pytest.mark.parametrize("inner", [2, 3, 32, 33, 40, 1025])
@given(st.integers(1, 700), st.data())
def test_one_nan_is_the_largest_of_its_column_alone(inner, size, data):
    x = np.linspace(-1, 1, size * inner, dtype="float32").reshape(size, inner)
    row = data.draw(st.integers(0, size - 1))
    column = data.draw(st.integers(0, inner - 1))
    x[row, column] = np.nan
    out = cpu.Array(inner)
    cpu.reduce_max_axis(handle(cpu, x), out, 1, size, inner)
    same(contents(cpu, out), x.max(axis=0))


def test_infinities_that_cancel_are_not_taken_for_nan():
    x = np.zeros(200, "float32")
    x[3], x[90] = np.inf, -np.inf
    out = cpu.Array(1)
    cpu.reduce_max(handle(cpu, x), out, 200)
    assert contents(cpu, out)[0] == np.inf


@given(*[st.integers(0, 12)] * 3, st.integers(1, 3), st.integers(0, 3))
def test_products_of_views(m, n, p, batch, turned):
    rng = np.random.default_rng(m + 20 * n)
    a = rng.normal(size=(batch, m, n)).astype("float32")
    b = rng.normal(size=(batch, n, p)).astype("float32")
    wanted = a.astype(float) @ b
    a = a.transpose(0, 2, 1).copy().transpose(0, 2, 1) if turned & 1 else a
    b = np.broadcast_to(b[:1], b.shape) if turned & 2 else b
    wanted = a.astype(float) @ b
    flat_b = b[0] if turned & 2 else b
    out = cpu.Array(batch * m * p)
    one, two = handle(cpu, a.ravel(order="K")), handle(cpu, flat_b)
    steps = [tuple(step // 4 for step in x.strides) for x in (a, b)]
    cpu.matmul_views(one, steps[0], 0, two, steps[1], 0, out, batch, m, n, p)
    np.testing.assert_allclose(contents(cpu, out), wanted.ravel(), atol=1e-5)
    out = cpu.Array(m * p)
    cpu.matmul(handle(cpu, a[0].copy()), handle(cpu, b[0].copy()), out, m, n, p)
    np.testing.assert_allclose(contents(cpu, out), wanted[0].ravel(), atol=1e-5)


@pytest.mark.parametrize("m, n, p", [(8, 8, 8), (16, 24, 8), (40, 16, 32)])
def test_the_product_of_tiles(m, n, p):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(m, n)), rng.normal(size=(n, p))

    def tiles(x):
        rows, columns = x.shape
        return x.reshape(rows // 8, 8, columns // 8, 8).transpose(0, 2, 1, 3)

    out = cpu.Array(m * p)
    cpu.matmul_tiled(handle(cpu, tiles(a)), handle(cpu, tiles(b)), out, m, n, p)
    np.testing.assert_allclose(contents(cpu, out), tiles(a @ b).ravel(), atol=1e-4)


@pytest.mark.parametrize("name", ["add", "exp"])
def test_long_results_go_past_the_caches_unchanged(name):
    size = (1 << 20) + 77
    x, y = numbers(2 * size, 0, unusual=False).reshape(2, size)
    one, out = handle(cpu, x), cpu.Array(size)
    if name == "add":
        cpu.ewise_add(one, handle(cpu, y), out)
        same(contents(cpu, out), x + y)
        matrix = x[: 1 << 20].reshape(1024, 1024)
        row, result = handle(cpu, y[:1024]), cpu.Array(1 << 20)
        cpu.view_add(one, (1024, 1), 0, row, (0, 1), 0, result, (1024, 1024))
        same(contents(cpu, result), (matrix + y[:1024]).ravel())
    else:
        cpu.ewise_exp(one, out)
        assert ulps(contents(cpu, out), np.exp(x.astype(float))).max() <= 1.1


def test_a_result_may_be_an_operand():
    x = numbers(1000, 3, unusual=False)
    a = handle(cpu, x)
    cpu.ewise_add(a, a, a)
    cpu.scalar_mul(a, 3.0, a)
    same(contents(cpu, a), (x + x) * np.float32(3))


def test_a_wrong_stride_would_be_noticed():
    flat = np.arange(12, dtype="float32")
    out = cpu.Array(12)
    cpu.compact(handle(cpu, flat), out, (4, 3), (1, 3), 0)
    with pytest.raises(AssertionError):
        same(contents(cpu, out), flat.reshape(3, 4).T.ravel())
