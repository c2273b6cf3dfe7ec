"""The lecture's formulas against loads that are counted."""

import numpy as np
import pytest

from needlebook import ladder
from needlebook.experiments import product_rungs
from needlebook.ladder import costs

pytestmark = [pytest.mark.since("11"), pytest.mark.native]
RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(48, 96)).astype("float32"), np.ones((96, 144), np.float32)
SIZES = 48, 96, 144


def test_three_loops_load_two_numbers_for_each_product():
    for rung in ("three_loops", "row_by_row"):
        assert ladder.count(rung, A, B) == (costs.vanilla(*SIZES), 0)


def test_ikj_loads_about_half_of_that_from_its_operands():
    m, n, p = SIZES
    assert ladder.count("ikj", A, B).slow == m * n * p + m * n


@pytest.mark.parametrize("v1, v2", ladder.TILES)
def test_register_tiles_load_what_the_formula_says(v1, v2):
    found = ladder.count("register_tiles", A, B, v1, v2)
    assert found == (costs.register_tiling(*SIZES, v1, v2), 0)


@pytest.mark.parametrize("b1", [1, 8, 16, 48])
@pytest.mark.parametrize("v1, v2", [(1, 1), (4, 4), (4, 8), (8, 8)])
def test_the_combination_loads_what_both_formulas_say(v1, v2, b1):
    if b1 % v1 == 0:
        found = ladder.count("cache_tiles", A, B, v1, v2, b1=b1, b2=16)
        assert found == costs.combined(*SIZES, v1, v2, b1)


def test_b2_does_not_matter_for_the_loads():
    counts = {
        ladder.count("cache_tiles", A, B, 1, 1, b1=16, b2=b2) for b2 in (1, 8, 144)
    }
    assert len(counts) == 1


def test_cache_tiling_without_register_tiles_saves_no_load_from_the_cache():
    assert ladder.count("cache_tiles", A, B, 1, 1).fast == costs.vanilla(*SIZES)


def test_packing_reads_b_once_from_memory():
    m, n, p = SIZES
    found = ladder.count("packed_tiles", A, B, 8, 8)
    assert found == (n * p + m * n * p / 8, m * n * p / 8)


def test_a_wrong_formula_is_caught():
    swapped = 48 * 96 * 144 / 4 + 48 * 96 * 144 / 4
    assert ladder.count("register_tiles", A, B, 4, 8).slow != swapped


def test_v3_costs_registers_and_saves_no_load():
    assert costs.registers(4, 4, v3=2) > costs.registers(4, 4)
    for v3 in (1, 2, 4):
        pairs = (48 // 4) * (144 // 4) * (96 // v3)
        assert pairs * (4 * v3 + 4 * v3) == costs.register_tiling(*SIZES, 4, 4)


def test_the_best_tiles_of_sixteen_and_thirty_two_registers():
    assert costs.best_tile(16) == (3, 3) and costs.registers(3, 3) == 15
    assert costs.best_tile(32) == (4, 5) and costs.registers(4, 5) == 29


@pytest.mark.parametrize(
    "budget, width, tile",
    [(16, 4, (6, 8)), (16, 8, (6, 16)), (32, 16, (14, 32)), (32, 4, (9, 12))],
)
def test_the_best_vector_tiles_are_those_of_the_kernel(budget, width, tile):
    assert costs.best_vector_tile(budget, width) == tile


def test_what_fits_the_cache():
    assert costs.fits(1024, 4, 4, 2**15) and not costs.fits(1024, 4, 5, 2**15)


@pytest.mark.parametrize("name", ladder.RUNGS)
def test_each_rung_of_the_page_loads_what_its_formula_says(name):
    found = {rung: (said, counted) for rung, said, counted in product_rungs.loads()}
    said, counted = found[name]
    assert said == counted and counted.slow > 0


@pytest.mark.parametrize("v1, v2", ladder.TILES[2:])
def test_packing_loads_what_its_formula_says(v1, v2):
    said = costs.predicted("packed_tiles", *SIZES, v1, v2)
    assert ladder.count("packed_tiles", A, B, v1, v2) == said


@pytest.mark.parametrize("m, n, p", [(70, 800, 96), (98, 40, 2048), (14, 9, 96)])
def test_the_last_rung_in_several_blocks(m, n, p):
    # more columns than a block: A comes once for each; few rows: B is not packed
    A, B = np.ones((m, n), np.float32), np.ones((n, p), np.float32)
    found = ladder.count("matmul", A, B)
    tiles = costs.register_tiling(m, n, p, 14, 32)
    if m <= 64:
        assert found == (m * n + m * n * p / 14, m * n * p / 32)
    else:
        assert found == (m * n * -(-p // 1024) + n * p, tiles)


def test_the_last_rung_loads_padding_within_a_vector_alone():
    # 81 columns are two panels of 32 and one of two vectors; 90 rows are 6 tiles and 6
    A, B = np.ones((90, 20), np.float32), np.ones((20, 81), np.float32)
    steps = 20 * sum(
        rows + 16 * vectors for rows in [14] * 6 + [6] for vectors in [2] * 3
    )
    assert ladder.count("matmul", A, B) == (90 * 20 + 20 * 81, steps)


def test_nothing_is_loaded_where_there_is_nothing():
    for m, n, p in [(0, 3, 4), (3, 0, 4), (3, 4, 0)]:
        A, B = np.ones((m, n), np.float32), np.ones((n, p), np.float32)
        assert ladder.count("matmul", A, B) == (0, 0)
