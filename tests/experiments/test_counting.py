"""Numbers that count: without them no other count means anything."""

import numpy as np
import pytest

from needlebook.experiments.counting import Counted, operations_of

pytestmark = pytest.mark.since("4")


@pytest.mark.parametrize(
    ("program", "count"),
    [
        (lambda a: a + a, 12),
        (lambda a: np.sin(a) * 2.0, 24),
        (lambda a: a.sum(), 12),
        (lambda a: a @ a.T, 2 * 3 * 4 * 3),
        (lambda a: a.T, 0),
        (lambda a: +a if hasattr(a, "__pos__") else np.positive(a), 0),
    ],
)
def test_operations_are_counted_by_the_element(program, count):
    a = np.arange(12.0).reshape(3, 4)
    result, operations = operations_of(lambda: program(Counted(a)))
    assert operations == count
    np.testing.assert_array_equal(result.array, program(a))
