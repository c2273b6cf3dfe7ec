"""What a layout costs, in lines of a cache: no clock."""

import numpy as np
import pytest

from needlebook.array import NDArray
from needlebook.experiments.layouts import (
    copy_and_sum,
    fetches,
    strided_against_compact,
    views,
)

pytestmark = pytest.mark.since("11")


@pytest.mark.parametrize("lines", [64, 300])
def test_rows_use_every_number_of_a_line(lines):
    assert fetches((256, 256), (256, 1), lines) == 1 / 16


def test_columns_fetch_sixteen_times_as_much_unless_a_column_fits():
    assert fetches((256, 256), (1, 256), lines=64) == 1.0
    assert fetches((256, 256), (1, 256), lines=300) == 1 / 16


def test_every_fourth_number_wastes_three_quarters():
    assert fetches((256, 256), (1024, 4), lines=64) == 1 / 4


def test_a_cache_of_no_use_would_show():
    """The planted fault: a cache that forgets at once makes rows expensive too."""
    assert fetches((16, 64), (64, 1), lines=0) == 1.0


def test_the_three_layouts_hold_the_same_numbers():
    found = views(64)
    strides = [tuple(s // 4 for s in view.strides) for view in found.values()]
    assert strides == [(64, 1), (1, 64), (1, 80)]
    first = found["rows"]
    for view in found.values():
        np.testing.assert_array_equal(view, first)
        assert copy_and_sum(view)[1] == pytest.approx(first.sum(), rel=1e-6)


def test_compact_copies_once_and_only_what_is_no_row():
    a = NDArray(np.ones((8, 8)))
    assert a.compact() is a and a.T.T.compact()._handle is a._handle
    turned = a.T.compact()
    assert turned._handle is not a._handle and turned.compact() is turned
    assert all(seconds > 0 for seconds in strided_against_compact(16, 2))
