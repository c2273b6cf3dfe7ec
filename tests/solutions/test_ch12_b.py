"""Exercises 12.5 to 12.9."""

import numpy as np
import pytest

from needlebook.gpu import counts
from needlebook.solutions import ch12

pytestmark = pytest.mark.since("12")


def test_12_5_the_smallest_block():
    block = ch12.smallest_block(8, 0.1)
    assert block % 32 == 0
    assert 16 / (block + 16) <= 0.1 < 16 / (block - 32 + 16)
    with pytest.raises(ValueError, match="no block"):
        ch12.smallest_block(1000, 0.5)


@pytest.mark.parametrize("columns", [8, 16, 40])
def test_12_6_sectors_as_the_simulator_counts_them(columns):
    seen = counts.moved("row_sum_thread", np.ones((32, columns), "float32"))
    assert seen.load_sectors == ch12.sectors(columns) * seen.load_requests


def test_12_6_sectors_by_hand():
    assert [ch12.sectors(stride) for stride in (0, 1, 2, 8, 100)] == [1, 4, 8, 32, 32]
    assert ch12.sectors(4, words=4) == 16


@pytest.mark.parametrize("rows, columns, threads", [(8, 32, 64), (5, 7, 3), (2, 3, 10)])
def test_12_7_everything_is_fetched_once(rows, columns, threads):
    plan = ch12.fetch_plan(rows, columns, threads)
    fetched = [element for mine in plan for element in mine]
    assert len(plan) == threads
    assert sorted(fetched) == [(y, x) for y in range(rows) for x in range(columns)]
    first = [mine[0] for mine in plan if mine]
    assert first == sorted(first)


def test_12_8_parts_are_as_square_as_registers_allow():
    assert ch12.best_part(16) == (9, 9)
    assert ch12.best_part(8) == (14, 14)
    for warps in (8, 16, 24, 32, 48):
        tall, wide = ch12.best_part(warps)
        assert tall >= wide
    with pytest.raises(ValueError, match="no register"):
        ch12.best_part(80)


def test_12_9_rows_and_columns_meet_every_bank():
    places = np.array([[ch12.swizzle(y, x) for x in range(32)] for y in range(32)])
    assert sorted(places.ravel()) == list(range(1024))
    for line in (*(places % 32), *(places % 32).T):
        assert len(set(line)) == 32


def test_12_9_the_plain_tile_fails_the_same_test():
    plain = np.arange(1024).reshape(32, 32) % 32
    assert len(set(plain[:, 0])) == 1
