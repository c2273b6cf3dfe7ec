"""The kernels of the CUDA backend against the backend in NumPy, its specification."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from needlebook.array import NDArray, backend_numpy, cpu_numpy

pytestmark = pytest.mark.since("12")

SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -2.5, 3e38], "float32")


def draws(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def handle(mod, array):
    found = mod.Array(array.size)
    mod.from_numpy(np.ascontiguousarray(array, dtype="float32"), found)
    return found


def flat(mod, array):
    return mod.to_numpy(array, (array.size,), (1,), 0)


def both(device, kernel, size, *arguments):
    """What `kernel` writes into `size` elements, here and in NumPy."""
    found = []
    for mod in (device.mod, backend_numpy):
        given = [handle(mod, a) if isinstance(a, np.ndarray) else a for a in arguments]
        out = mod.Array(size)
        with np.errstate(all="ignore"):
            getattr(mod, kernel)(*[out if a is ... else a for a in given])
        found.append(flat(mod, out))
    return found


def agree(device, kernel, size, *arguments, rtol=1e-5, atol=1e-6):
    ours, theirs = both(device, kernel, size, *arguments)
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)


def test_every_function_of_the_specification_is_there(device):
    wanted = {
        name
        for name, value in vars(backend_numpy).items()
        if callable(value) and not name.startswith("_")
    }
    wanted -= {"view", "ewise", "scalar", "views", "unary"}
    assert len(wanted) > 50
    assert [name for name in sorted(wanted) if not hasattr(device.mod, name)] == []
    assert not device.mod.__host__


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 1027])
def test_elementwise_functions_of_every_row_of_the_table(device, size):
    a, b = draws(size), draws(size, seed=1)
    for name in backend_numpy.BINARY:
        agree(device, f"ewise_{name}", size, a, b, ...)
        agree(device, f"scalar_{name}", size, a, 2.5, ...)
    for name in backend_numpy.UNARY:
        agree(device, f"ewise_{name}", size, np.abs(a) + 0.1, ...)


def test_infinities_and_what_is_no_number_are_treated_as_numpy_treats_them(device):
    a, b = np.repeat(SPECIAL, SPECIAL.size), np.tile(SPECIAL, SPECIAL.size)
    for name in backend_numpy.BINARY:
        agree(device, f"ewise_{name}", a.size, a, b, ...)
        agree(device, f"scalar_{name}", a.size, a, float("nan"), ...)
    for name in backend_numpy.UNARY:
        agree(device, f"ewise_{name}", SPECIAL.size, SPECIAL, ...)


shapes = st.lists(st.integers(0, 5), max_size=6).map(tuple)


@st.composite
def views(draw, shape=shapes):
    """A shape, and an array with a view of it: sliced, reversed, permuted, repeated."""
    shape = draw(shape)
    order = draw(st.permutations(range(len(shape))))
    array, index = draws(*(2 * shape[k] + 1 for k in order)), []
    for k in order:
        step = draw(st.sampled_from([1, 2, -1, -2]))
        start = 0 if step > 0 else 2 * shape[k]
        index.append(slice(start, None, step))
    index = [
        slice(i.start, i.start + shape[k] * i.step, i.step)
        if i.start + shape[k] * i.step >= 0
        else i
        for i, k in zip(index, order, strict=True)
    ]
    back = tuple(int(k) for k in np.argsort(order))
    return shape, array, tuple(index), back


@given(views())
def test_any_view_is_copied_as_numpy_copies_it(view):
    from needlebook.array import cuda_sim

    shape, array, index, back = view
    wanted = array[index].transpose(back)
    assume(wanted.shape == shape)
    found = NDArray(array, device=cuda_sim())[index].permute(back)
    np.testing.assert_array_equal(found.numpy(), wanted)
    np.testing.assert_array_equal(found.compact().numpy(), wanted)


@given(views(), st.integers(0, 3))
def test_assignment_through_any_view(view, repeated):
    from needlebook.array import cuda_sim

    shape, array, index, _ = view
    ours, theirs = NDArray(array, device=cuda_sim()), array.copy()
    shape = theirs[index].shape
    value = draws(*(1 if k < repeated else size for k, size in enumerate(shape)))
    ours[index] = NDArray(value, device=cuda_sim())
    theirs[index] = value
    np.testing.assert_array_equal(ours.numpy(), theirs)
    ours[index] = 2.5
    theirs[index] = 2.5
    np.testing.assert_array_equal(ours.numpy(), theirs)


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.booleans()), max_size=5))
def test_operands_of_any_broadcast_shapes(axes):
    from needlebook.array import cuda_sim

    a = draws(*(1 if first else size for size, first, _ in axes))
    b = draws(*(1 if second else size for size, _, second in axes), seed=1)
    for one, other in ((a, b), (a.T, b.T)):
        found = NDArray(one, device=cuda_sim()) - NDArray(other, device=cuda_sim())
        np.testing.assert_array_equal(found.numpy(), one - other)


def test_a_transposed_view_goes_through_tiles_and_stays_right(device):
    for shape in [(33, 40), (8, 9), (3, 65, 31), (2, 3, 40, 17)]:
        a = draws(*shape)
        for axes in [
            (0, *range(len(shape) - 1, 0, -1)),
            tuple(range(len(shape)))[::-1],
        ]:
            found = NDArray(a, device=device).permute(axes).compact()
            np.testing.assert_array_equal(found.numpy(), a.transpose(axes))


def test_more_axes_than_a_launch_carries_are_refused_by_name(device):
    from needlebook.errors import CudaError

    a = NDArray(np.zeros((3,) * 9), device=device)[(slice(None, None, 2),) * 9]
    with pytest.raises(CudaError, match="9 axes: the kernels walk over 8"):
        a.compact()


REDUCED = [(1, 1, 1), (3, 4, 1), (7, 33, 1), (2, 1500, 1), (1, 9000, 1), (1, 70, 3)]
REDUCED += [(5, 9, 2), (1, 3000, 5), (2, 700, 40), (9000, 2, 1), (300, 40, 33)]


@pytest.mark.parametrize("outer, size, inner", REDUCED)
def test_reductions_of_every_form(device, outer, size, inner):
    a = draws(outer, size, inner)
    for name in ("reduce_sum_axis", "reduce_max_axis"):
        agree(
            device,
            name,
            outer * inner,
            a,
            ...,
            outer,
            size,
            inner,
            rtol=1e-4,
            atol=1e-3,
        )
    if inner == 1:
        agree(device, "reduce_sum", outer, a, ..., size, rtol=1e-4, atol=1e-3)
        agree(device, "reduce_max", outer, a, ..., size)


@pytest.mark.parametrize(
    "outer, size, inner", [(0, 2000, 1), (3, 2000, 0), (2, 0, 3), (4, 0, 1)]
)
def test_a_reduction_of_nothing_ends_and_a_sum_of_nothing_is_0(
    device, outer, size, inner
):
    mod, out = device.mod, handle(device.mod, np.ones(outer * inner))
    mod.reduce_sum_axis(mod.Array(outer * size * inner), out, outer, size, inner)
    np.testing.assert_array_equal(flat(mod, out), np.zeros(outer * inner))


@given(st.integers(1, 6), st.integers(1, 400), st.integers(1, 8), st.integers(0, 10**6))
def test_a_maximum_is_not_a_number_where_one_element_is_not(outer, size, inner, where):
    from needlebook.array import cuda_sim

    a = draws(outer, size, inner)
    a.flat[where % a.size] = np.nan
    agree(cuda_sim(), "reduce_max_axis", outer * inner, a, ..., outer, size, inner)


def test_a_sum_is_the_same_to_the_last_bit_in_any_order_of_threads(simulator):
    a = NDArray(draws(50_000), device=simulator)
    found = set()
    for order in ("forward", "reverse", "shuffled"):
        simulator.simt_order(order)
        found.add(a.sum().item())
    simulator.simt_order("forward")
    assert len(found) == 1


@pytest.mark.parametrize("size", [0, 1, 33, 1027])
def test_elements_are_taken_added_back_and_chosen_as_numpy_does(device, size):
    a, b = draws(size), draws(size, seed=1)
    agree(device, "where", size, (a > 0).astype("float32"), a, b, ...)
    places = np.random.default_rng(2).integers(0, size, size) if size else np.arange(0)
    for mod, found in ((device.mod, {}), (backend_numpy, wanted := {})):
        given, taken, added = (handle(mod, x) for x in (a, b, b))
        mod.take(given, places, taken)
        mod.put_add(given, places, added)
        found.update(taken=flat(mod, taken), added=flat(mod, added))
        if mod is device.mod:
            ours = found
    np.testing.assert_array_equal(ours["taken"], wanted["taken"])
    np.testing.assert_allclose(ours["added"], wanted["added"], rtol=1e-5, atol=1e-6)


def test_a_condition_that_is_no_number_chooses_as_numpy_does(device):
    agree(device, "where", SPECIAL.size, SPECIAL, draws(8), draws(8, seed=1), ...)


def test_an_element_named_often_gets_every_addition(device):
    """Blocks and warps that add to one place: none of the additions is lost."""
    places = np.arange(4096) % 3
    out = handle(device.mod, np.zeros(3))
    device.mod.put_add(handle(device.mod, np.ones(4096)), places, out)
    np.testing.assert_array_equal(flat(device.mod, out), np.bincount(places))


def test_indexing_sends_places_and_no_elements_over_the_bus(device):
    from needlebook.array.indexing import get_item, put_item, where

    a = NDArray(draws(50, 4), device=device)
    before = device.counters()
    rows = get_item(a, [3, 3, 41])
    back = put_item(rows, [3, 3, 41], (50, 4))
    where(back > 0, back, -back)
    after = device.counters()
    assert after["bytes_to_host"] == before["bytes_to_host"]
    assert after["bytes_to_device"] - before["bytes_to_device"] == 2 * 12 * 8


@pytest.mark.parametrize("place", [-1, 4, 2**40])
def test_a_place_outside_is_refused_before_it_is_touched(device, place):
    mod, places = device.mod, np.array([0, place])
    words = f"place {place} is not in an array of 4 elements"
    with pytest.raises(IndexError, match=f"take: {words}"):
        mod.take(mod.Array(4), places, mod.Array(2))
    with pytest.raises(IndexError, match=f"put_add: {words}"):
        mod.put_add(mod.Array(2), places, mod.Array(4))
    with pytest.raises(ValueError, match="take: an array of 3 elements"):
        mod.take(mod.Array(4), places, mod.Array(3))
    with pytest.raises(ValueError, match="where: an array of 3 elements"):
        mod.where(mod.Array(4), mod.Array(3), mod.Array(4), mod.Array(4))


def products(device, shapes, seed=0):
    """Multiply random matrices of `shapes`; each operand lies transposed by chance."""
    rng = np.random.default_rng(seed)
    for m, n, p in shapes:
        a, b = draws(m, n, seed=m), draws(n, p, seed=p)
        one, other = (NDArray(x, device=device) for x in (a, b))
        if rng.integers(2):
            one = NDArray(a.T, device=device).T
        if rng.integers(2):
            other = NDArray(b.T, device=device).T
        bound = 1e-6 * (n + 8) * max(n, 1) ** 0.5
        error = np.abs((one @ other).numpy() - a @ b).max(initial=0.0)
        assert error <= bound, (m, n, p)


def test_products_of_small_sizes(device):
    sizes = (1, 2, 4, 7, 16, 17)
    products(device, [(m, n, p) for m in sizes for n in sizes for p in sizes])


@pytest.mark.deep
def test_products_of_every_triple_up_to_17(device):
    sizes = range(1, 18)
    products(device, [(m, n, p) for m in sizes for n in sizes for p in sizes])


def test_products_of_drawn_sizes_up_to_130(device):
    products(device, np.random.default_rng(1).integers(0, 131, size=(12, 3)).tolist())


@pytest.mark.parametrize("shape", [(5, 3001, 6), (129, 65, 257), (260, 9, 131)])
def test_products_in_parts_and_in_large_tiles(device, shape):
    products(device, [shape] * 4)


def test_stacks_of_views_broadcast_and_reversed(device):
    a, b = draws(3, 9, 20), draws(20, 7, seed=1)
    one, other = NDArray(a, device=device), NDArray(b, device=device)
    for ours, theirs in [
        (one @ other, a @ b),
        (one[:, ::-2, 3:15] @ other[14:2:-1], a[:, ::-2, 3:15] @ b[14:2:-1]),
        (other.T.reshape((1, 7, 20)) @ one.permute((0, 2, 1)), b.T @ a.swapaxes(1, 2)),
        (
            one[:1].broadcast_to((4, 9, 20)) @ other,
            np.broadcast_to(a[:1], (4, 9, 20)) @ b,
        ),
    ]:
        np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-4, atol=1e-4)


def test_a_wrong_size_is_refused_before_it_is_written(device):
    mod = device.mod
    with pytest.raises(
        ValueError, match="add: an array of 3 elements was given, 4 are"
    ):
        mod.ewise_add(mod.Array(4), mod.Array(4), mod.Array(3))
    with pytest.raises(ValueError, match="from_numpy: an array of 4"):
        mod.from_numpy(np.zeros(5, "float32"), mod.Array(4))


def test_convolution_through_windows_and_a_product(device):
    """Windows as a view, one product: what a convolution needs of a device."""
    from numpy.lib.stride_tricks import sliding_window_view

    x, w = draws(2, 7, 6, 3), draws(27, 4, seed=1)
    a = NDArray(x, device=device)
    image, row, column, channel = a.strides
    strides = image, row, column, row, column, channel
    columns = a.as_strided((2, 5, 4, 3, 3, 3), strides).reshape((40, 27))
    seen = sliding_window_view(x, (3, 3), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    np.testing.assert_array_equal(columns.numpy(), seen.reshape(40, 27))
    found = (columns @ NDArray(w, device=device)).numpy()
    np.testing.assert_allclose(found, seen.reshape(40, 27) @ w, rtol=1e-4, atol=1e-4)


def test_a_planted_fault_is_seen_by_the_comparison(device):
    ours, theirs = both(device, "ewise_add", 8, draws(8), draws(8, seed=1), ...)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(ours + 1e-3, theirs, rtol=1e-5)
    ours, theirs = both(device, "ewise_sub", 8, draws(8), draws(8, seed=1), ...)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(-ours, theirs, rtol=1e-5)


def test_arrays_come_back_from_the_device_and_others_are_left_alone(device):
    a = draws(3, 5)
    one = NDArray(a, device=device)
    other = one + 1
    one[:] = 0
    np.testing.assert_array_equal(other.numpy(), a + 1)
    assert one.to(cpu_numpy()).device == cpu_numpy()
