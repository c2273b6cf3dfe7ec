"""What the kernels load is what the formulas say; planted faults are found."""

from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook import simt
from needlebook.gpu import counts, ladder, timed

pytestmark = pytest.mark.since("12")
LADDER = ladder.ladder()


def checked():
    """The watched kernels, loaded when a test asks: not every build has them."""
    return ladder.module("check")


def draws(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@pytest.mark.parametrize("rung", ladder.rungs(), ids=str)
@pytest.mark.parametrize("sizes", [(33, 65, 17), (32, 32, 32)], ids=str)
def test_counts_equal_the_formulas(rung, sizes):
    seen = counts.counted(rung, *sizes)
    assert counts.elements(seen) == counts.global_loads(rung, *sizes)
    assert seen.shared_loads == counts.shared_loads(rung, *sizes)
    assert seen.barriers == counts.barriers(rung, *sizes)
    assert seen.global_store_bytes == 4 * sizes[0] * sizes[1]


def test_a_square_product_loads_what_the_lecture_derives():
    N = 64
    for V in (1, 2, 4, 8):
        rung = ladder.find("transposed_registers", (V, V, 1, V, V))
        assert counts.global_loads(rung, N, N, N) == 2 * N**3 // V
    for L, S, V in ((16, 8, 2), (32, 8, 4), (64, 8, 4), (64, 8, 8)):
        rung = ladder.find("transposed_shared", (L, L, S, V, V))
        assert counts.global_loads(rung, N, N, N) == 2 * N**3 // L
        assert counts.shared_loads(rung, N, N, N) == 2 * N**3 // V


def test_neighbours_in_a_column_ask_for_sectors_of_their_own():
    rows, columns = (counts.counted(rung, 128, 32, 8) for rung in LADDER[:2])
    assert rows.load_sectors / rows.load_requests == (32 + 1) / 2
    assert columns.load_sectors / columns.load_requests == (1 + 4) / 2


def test_each_rung_helps_the_level_that_the_text_names():
    seen = [counts.counted(rung, 128, 128, 32) for rung in LADDER]
    sectors = [count.load_sectors for count in seen]
    assert sectors[0] > 6 * sectors[1] > 6 * 16 * sectors[2]
    assert sectors[2] == 2 * sectors[3] == 4 * sectors[4]
    assert sectors[4:] == [sectors[4]] * 4
    assert seen[4].load_requests == 4 * seen[5].load_requests
    assert seen[4].store_requests == 4 * seen[5].store_requests
    assert seen[2].shared_loads > seen[3].shared_loads > seen[4].shared_loads
    assert seen[4].bank_conflicts > 0
    assert [count.bank_conflicts for count in seen[5:]] == [0, 0, 0]
    assert seen[5].barriers == 2 * seen[6].barriers


def test_a_square_warp_wants_fewer_words():
    part, steps = (64, 64, 16, 4, 4), 8 * 16
    flat, square = (
        ladder.find(name, part) for name in ("double_buffered", "warp_tile")
    )
    assert counts.words_of_warps(flat, 64, 64, 16) == (16 * 4 + 2 * 4) * steps
    assert counts.words_of_warps(square, 64, 64, 16) == (8 * 4 + 4 * 4) * steps


@given(st.integers(1, 12), st.integers(1, 40), st.integers(1, 70))
def test_every_element_of_a_tile_is_fetched_once(rows, columns, threads):
    assert (counts.fetches(rows, columns, threads) == 1).all()
    cut = counts.fetches(rows, columns, threads, whole_rounds=True)
    assert (cut == 1).all() == (rows * columns % threads == 0)


@pytest.mark.parametrize("side", [32, 48])
def test_the_kernel_fetches_every_element_of_a_tile_once(side):
    """The block of the tile of 48 has 144 threads, which do not divide 8 x 48."""
    rung = ladder.find("transposed_shared", (side, side, 8, 4, 4))
    assert (8 * side % rung.threads == 0) == (side == 32)
    call = ladder.product, rung, draws(8, side), draws(8, side)
    report = simt.check(*call, build="check", trace=True)
    for tile in ("ta", "tb"):
        written = [a.byte for a in report.trace if a.array == tile and a.write]
        assert sorted(written) == list(range(0, 4 * 8 * side, 4))


@pytest.mark.parametrize("sizes", [(33, 65, 17), (8, 12, 20)], ids=str)
@pytest.mark.parametrize("rung", [r for r in ladder.rungs() if r.width == 4], ids=str)
def test_accesses_of_four_numbers_are_aligned(rung, sizes):
    """A GPU faults on one that is not; this processor may not."""
    m, n, k = sizes
    call = ladder.product, rung, draws(m, k), draws(k, n)
    trace = simt.check(*call, build="check", trace=True).trace
    wide = [access for access in trace if access.bytes == 16]
    assert [access for access in wide if access.byte % 16] == []
    in_global = [a for a in wide if a.array not in ("ta", "tb")]
    assert bool(in_global) == (n % 4 == 0)


@pytest.mark.parametrize("n", [1, 200, 256, 1000])
def test_window_sums_load_what_was_derived(n):
    x = draws(n + 4)
    alone = simt.check(checked().windows, x, "window_sum").counts
    together = simt.check(checked().windows, x, "window_sum_shared").counts
    assert alone.global_loads == together.shared_loads == 5 * n
    assert together.global_loads == n + 4 * ceil(n / 256)


def test_a_dropped_barrier_and_a_forgotten_halo_are_found():
    x = draws(1004)
    assert not simt.check(checked().windows, x, "window_sum_shared").findings
    assert "race" in simt.check(checked().windows, x, "window_sum_no_barrier").kinds
    assert simt.check(checked().windows, x, "window_sum_no_halo").kinds == [
        "uninitialized"
    ]


def test_the_missing_barrier_shows_in_every_order_of_threads():
    simulated = ladder.module("sim")
    right, wrong = {}, {}
    for seed, order in enumerate(("forward", "reverse", "shuffled")):
        simt.set_order(order)
        x = draws(1004, seed=seed)
        expected = sum(x[d : d + 1000].astype("float64") for d in range(5))
        kernels = ("window_sum_no_barrier", wrong), ("window_sum_shared", right)
        for kernel, found in kernels:
            sums = simulated.windows(x, kernel)
            found[order] = int((~(abs(sums - expected) < 1e-4)).sum())
    simt.set_order("forward")
    assert set(right.values()) == {0}
    assert wrong["forward"] > wrong["shuffled"] > 100 > wrong["reverse"] > 0


def test_a_small_test_in_a_lucky_order_misses_the_barrier():
    x = draws(104)
    expected = sum(x[d : d + 100].astype("float64") for d in range(5))
    simt.set_order("reverse")
    sums = ladder.module("sim").windows(x, "window_sum_no_barrier")
    simt.set_order("forward")
    np.testing.assert_allclose(sums, expected, atol=1e-4)


def test_transposes_sums_and_softmax_cost_what_the_text_says():
    x = draws(96, 640)
    seen = {kernel: counts.moved(kernel, x) for kernel in timed.KERNELS}
    direct, tile = seen["transpose_direct"], seen["transpose_tile"]
    assert direct.store_sectors == 8 * tile.store_sectors
    assert tile.bank_conflicts == 31 * 96 * 640 // 32
    assert seen["transpose_padded"].bank_conflicts == 0
    by_thread, by_block = seen["row_sum_thread"], seen["row_sum_block"]
    assert by_thread.load_sectors == 8 * by_block.load_sectors
    one, four = seen["relu_scalar"], seen["relu_vector"]
    assert one.load_requests == 4 * four.load_requests
    assert one.load_sectors == four.load_sectors
    ways = ("three", "running", "held")
    read = [seen[f"softmax_{way}"].global_load_bytes for way in ways]
    assert read == [3 * x.nbytes, 2 * x.nbytes, x.nbytes]


def test_an_implicit_convolution_writes_no_patches():
    x, w = draws(2, 12, 12, 8), draws(3, 3, 8, 32, seed=1)
    made, implicit = (
        simt.check(checked().conv, x, w, way).counts for way in (False, True)
    )
    patches = 9 * x.nbytes
    assert made.global_store_bytes - implicit.global_store_bytes == patches
    assert made.global_load_bytes - implicit.global_load_bytes == patches


def test_a_wrong_product_does_not_pass_the_count(monkeypatch):
    def wrong(rung, a, b, build):
        return checked().product(1, a, 2 * b)[0]

    monkeypatch.setattr(ladder, "product", wrong)
    with pytest.raises(AssertionError):
        counts.counted(LADDER[1], 3, 3, 3)
