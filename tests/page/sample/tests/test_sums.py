"""Sums keep their promises."""

import pytest
from needlebook.sums import Tally

pytestmark = pytest.mark.since("3a")


def test_ten_tenths():
    tally = Tally()
    for _ in range(10):
        tally.add(0.1)
    assert tally.value() == 1.0
