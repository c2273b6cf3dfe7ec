"""Every kernel of the ladder is right: on awkward sizes, in all orders of threads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needlebook import simt
from needlebook.array import cuda
from needlebook.errors import BackendError
from needlebook.gpu import ladder, timed, transfers

pytestmark = pytest.mark.since("12")
SIMULATED = ladder.module("sim")
AWKWARD = [
    (1, 1, 1),
    (5, 7, 3),
    (33, 65, 17),
    (130, 70, 31),
    (64, 128, 64),
    (3, 260, 8),
]
SIZES = st.tuples(st.integers(1, 140), st.integers(1, 140), st.integers(1, 40))


@pytest.fixture(autouse=True)
def forward():
    simt.set_order("forward")
    yield
    simt.set_order("forward")


@pytest.fixture(params=["sim", pytest.param("gpu", marks=pytest.mark.gpu)])
def build(request):
    if request.param == "gpu" and not cuda().enabled():
        pytest.skip(f"no GPU here, {cuda().why_missing}")
    return request.param


def draws(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def gap(rung, m, n, k, build="sim"):
    """Largest difference to NumPy's product, the factors stored as the rung asks."""
    a, b = draws(m, k), draws(k, n, seed=1)
    left = np.ascontiguousarray(a.T) if rung.transposed else a
    return abs(ladder.product(rung, left, b, build) - a @ b).max()


@pytest.mark.parametrize("rung", ladder.rungs(), ids=str)
@pytest.mark.parametrize("sizes", AWKWARD, ids=str)
def test_every_rung_is_right_on_awkward_sizes(rung, sizes, build):
    assert gap(rung, *sizes, build) < 1e-4


@given(st.sampled_from(ladder.rungs()), SIZES)
@settings(max_examples=25)
def test_every_rung_is_right_on_drawn_sizes(rung, sizes):
    assert gap(rung, *sizes) < 1e-4


@pytest.mark.parametrize("order", ["reverse", "shuffled"])
@pytest.mark.parametrize("rung", ladder.ladder(), ids=str)
def test_a_rung_does_not_depend_on_the_order_of_threads(rung, order):
    a, b = draws(70, 33), draws(33, 90, seed=1)
    first = ladder.product(rung, a, b)
    simt.set_order(order)
    np.testing.assert_array_equal(ladder.product(rung, a, b), first)


def test_shapes_are_checked_and_named():
    with pytest.raises(ValueError, match=r"cannot multiply \(3, 4\) by \(5, 6\)"):
        ladder.product(ladder.find("coalesced"), np.ones((3, 4)), np.ones((5, 6)))
    with pytest.raises(ValueError, match="transposed by"):
        rung = ladder.find("transposed_shared")
        ladder.product(rung, np.ones((3, 4)), np.ones((4, 6)))
    with pytest.raises(ValueError, match="two matrices with elements"):
        ladder.product(ladder.find("coalesced"), np.ones((3, 0)), np.ones((0, 6)))
    with pytest.raises(ValueError, match="there are relu_scalar"):
        ladder.move("no_such", np.ones((2, 2)))
    with pytest.raises(ValueError, match="1 to 1024 threads, not 2048"):
        SIMULATED.vector_add(np.ones(3), np.ones(3), block=2048)
    with pytest.raises(ValueError, match="at most 1024"):
        ladder.move("softmax_held", np.ones((1, 1025)))
    with pytest.raises(BackendError, match="no warp_tile with the tile"):
        ladder.find("warp_tile", (1, 2, 3, 4, 5))
    with pytest.raises(BackendError, match="there are transposed_shared 48x48x8"):
        rung = ladder.Rung("transposed_shared", 8, 8, 8, 1, 1, True)
        ladder.product(rung, np.ones((3, 4)), np.ones((3, 6)))
    with pytest.raises(
        ValueError, match=r"filters .* odd k, was given .*\(2, 2, 3, 4\)"
    ):
        SIMULATED.conv(np.ones((1, 5, 5, 3)), np.ones((2, 2, 3, 4)), True)


@pytest.mark.parametrize("n", [1, 31, 256, 1000])
@pytest.mark.parametrize("block", [1, 32, 100, 1024])
def test_a_sum_of_vectors(n, block):
    a, b = draws(2, n)
    np.testing.assert_array_equal(SIMULATED.vector_add(a, b, block), a + b)


@pytest.mark.parametrize("stay", [True, False])
def test_a_chain_copies_what_the_formula_says(stay):
    a, b = draws(2, 300)
    before = SIMULATED.copied()
    result = SIMULATED.add_many(a, b, 7, stay)
    moved = tuple(SIMULATED.copied()[way] - before[way] for way in before)
    assert moved == transfers.chain_bytes(300, 7, stay)
    np.testing.assert_allclose(result, a + 7 * b, atol=1e-5)


@pytest.mark.parametrize("order", ["forward", "reverse", "shuffled"])
@pytest.mark.parametrize("kernel", ["window_sum", "window_sum_shared"])
@pytest.mark.parametrize("n", [1, 4, 255, 257, 1000])
def test_window_sums(kernel, order, n):
    simt.set_order(order)
    x = draws(n + 4)
    expected = sum(x[d : d + n].astype("float64") for d in range(5))
    np.testing.assert_allclose(SIMULATED.windows(x, kernel), expected, atol=1e-5)


@pytest.mark.parametrize("kernel", timed.KERNELS)
@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (33, 65), (40, 300)], ids=str)
def test_kernels_that_move(kernel, shape, build):
    x = draws(*shape)
    found = ladder.move(kernel, x, build)
    np.testing.assert_allclose(found, timed.moved(kernel, x), atol=1e-4)


@pytest.mark.parametrize("kernel", [k for k in timed.KERNELS if "softmax" in k])
def test_softmax_stands_large_numbers(kernel):
    x = np.array([[1000.0, 999.0, -1000.0]], "float32")
    np.testing.assert_allclose(ladder.move(kernel, x).sum(), 1, atol=1e-6)


@pytest.mark.parametrize("kernel", [k for k in timed.KERNELS if "softmax" in k])
@pytest.mark.parametrize(
    "masked", [slice(0, 1), slice(0, 3), slice(0, 300, 7)], ids=str
)
def test_softmax_gives_nothing_to_what_is_masked(kernel, masked):
    x = draws(3, 300)
    x[:, masked] = -np.inf
    found = ladder.move(kernel, x)
    np.testing.assert_allclose(found, timed.moved(kernel, x), atol=1e-6)
    assert (found[:, masked] == 0).all()


@pytest.mark.parametrize("kernel", [k for k in timed.KERNELS if "softmax" in k])
@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_a_row_with_what_is_no_number_stays_one(kernel, odd):
    x = draws(2, 200)
    x[0, 150] = odd
    found = ladder.move(kernel, x)
    assert np.isnan(found[0, 150]) and np.isfinite(found[1]).all()
    assert np.isnan(ladder.move(kernel, np.full((1, 40), -np.inf))).all()


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("implicit", [True, False])
def test_both_convolutions_are_the_sum_of_shifted_products(size, implicit, build):
    x, w = draws(2, 7, 6, 3), draws(size, size, 3, 37, seed=1)
    padded = np.pad(x, ((0, 0), (size // 2,) * 2, (size // 2,) * 2, (0, 0)))
    expected = sum(
        padded[:, i : i + 7, j : j + 6] @ w[i, j]
        for i in range(size)
        for j in range(size)
    )
    found = ladder.module(build).conv(x, w, implicit)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_times_come_with_a_check_and_their_unit():
    rows = list(timed.cases(8, build="sim", repeats=1))
    assert {kind for kind, *_ in rows} == {"ladder", "moves", "transfers"}
    assert all(value > 0 for *_, value, _ in rows)


@pytest.mark.parametrize("planted", ["product", "move"])
def test_a_wrong_kernel_is_not_timed(planted, monkeypatch):
    class Wrong:
        def __getattr__(self, name):
            return getattr(SIMULATED, name)

    def one_too_many(*arguments):
        result, seconds = getattr(SIMULATED, planted)(*arguments)
        return result + 1, seconds

    wrong = Wrong()
    setattr(wrong, planted, one_too_many)
    monkeypatch.setattr(ladder, "module", lambda build: wrong)
    with pytest.raises(AssertionError):
        list(timed.cases(8, build="sim", repeats=1))


def test_the_page_shows_the_newest_table_alone(tmp_path, capsys):
    for date, value in (("2030-01-01", "1"), ("2030-01-02", "2")):
        lines = "kind,case,value,unit,date,device", f"moves,x,{value},GB/s,{date},card"
        (tmp_path / f"{date}-gpu.csv").write_text("\n".join(lines))
    (tmp_path / "2030-01-03-gpu.csv").write_text("kind,case\ncheck,x\n")
    timed.show(timed.stored("moves", tmp_path))
    assert capsys.readouterr().out.split() == ["x", "2", "GB/s", "card", "2030-01-02"]


def test_without_a_gpu_the_table_says_so(tmp_path, capsys):
    timed.show(timed.stored("ladder", tmp_path))
    assert "no GPU was at hand" in capsys.readouterr().out
