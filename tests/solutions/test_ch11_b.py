import math

import numpy as np
import pytest

from needlebook.solutions import ch11

pytestmark = pytest.mark.since("11")


def test_lines_of_rows_columns_and_repeats():
    assert ch11.lines_touched((1000,), (1,)) == 63
    assert ch11.lines_touched((1000,), (1000,)) == 1000
    assert ch11.lines_touched((1000,), (0,)) == 1
    assert ch11.lines_touched((16,), (-1,), offset=20) == 2
    assert ch11.lines_touched((0, 5), (5, 1)) == 0
    assert ch11.lines_touched((), ()) == 1


def test_degree_grows_with_the_bits_and_the_interval():
    edge = math.log(2) / 2
    assert ch11.degree_for(24, -edge, edge) == 6
    assert ch11.degree_for(24, -edge / 4, edge / 4) < 6
    assert ch11.degree_for(11, -edge, edge) < ch11.degree_for(24, -edge, edge)
    with pytest.raises(ValueError, match="out of reach"):
        ch11.degree_for(60, -edge, edge)


def test_a_sum_that_remembers_is_exact_to_the_last_place_or_two():
    x = np.random.default_rng(0).random(20_000, dtype="float32")
    exact = x.sum(dtype=np.float64)
    found = ch11.compensated_sum(x)
    assert found.dtype == np.float32
    assert abs(found - exact) <= np.spacing(np.float32(exact))
    assert abs(np.cumsum(x, dtype="float32")[-1] - exact) > 5 * abs(found - exact)
    assert ch11.compensated_sum(np.array([1e8, 1.0, -1e8], "float32")) == 1
