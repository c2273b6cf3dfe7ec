"""The exercises of the simulator in chapter 12."""

from math import gcd

import numpy as np
import pytest

from needlebook.experiments.demo_kernels import examine, examine_fault
from needlebook.solutions import ch12

pytestmark = pytest.mark.since("12")


def test_12_1_odd_widths_have_no_conflicts():
    for width in range(1, 65):
        assert ch12.conflicts_of_column(width) == gcd(width, 32) - 1
    for width in (32, 33):
        x = np.ones((32, 32))
        report = examine(f"transpose_{width}", x, (32, 32), (1, 1), (32, 32))
        requests = 32 * ch12.conflicts_of_column(width)
        assert report.counts.bank_conflicts == requests


def test_12_2_all_stores_but_the_first_can_be_lost():
    assert ch12.lost_share(examine_fault("lost_updates")) == 7 / 8
    assert ch12.lost_share(examine("who_am_i", [0], (4,), (1,), (4,))) == 0
