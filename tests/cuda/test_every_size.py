"""Products of every size up to 130, in the simulator: all rungs, and the library's."""

import pytest

from bench.gpu.checks import Checks
from needlebook.array import cuda_sim

pytestmark = pytest.mark.deep


@pytest.fixture
def checks():
    device = cuda_sim()
    if not device.enabled():
        pytest.skip(device.why_missing)
    return Checks(device)


def test_the_library_is_right_for_every_size_up_to_130(checks):
    checks.products_up_to_130()


def test_every_rung_is_right_for_every_size_up_to_130(checks):
    checks.ladder()


def test_the_eight_rungs_are_right_for_every_triple_up_to_17(checks):
    checks.small_products_of_rungs()
