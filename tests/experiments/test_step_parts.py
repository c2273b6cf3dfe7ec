"""What the parts of a training step compute, readable and native."""

import numpy as np
import pytest

from needlebook.experiments import step_parts
from needlebook.fused import loops, readable

pytestmark = pytest.mark.since("11")
IMAGES = (32, 16, 16, 32)
SHAPES = {
    "convolution": IMAGES,
    "to the image": IMAGES,
    "to the filter": (3, 3, 32, 32),
    "batch norm, both ways": (32 * 16 * 16, 32),
    "linear": (32, 10),
}


@pytest.mark.np
@pytest.mark.native
def test_both_versions_of_every_part_compute_the_same():
    if loops() is None:
        pytest.skip("the native part _training was not compiled")
    for name, function in step_parts.parts().items():
        with readable():
            slow = function()
        fast = function()
        if name in SHAPES:
            assert fast.shape == slow.shape == SHAPES[name]
            np.testing.assert_allclose(fast, slow, rtol=1e-3, atol=1e-3, err_msg=name)


def test_a_child_measures_every_part_both_ways():
    rows = step_parts.measured()
    assert list(rows) == list(step_parts.parts())
    assert all(slow > 0 and fast > 0 for slow, fast in rows.values())


def test_the_median_is_of_repeats_after_one_to_warm_up():
    calls = []
    assert step_parts.milliseconds(lambda: calls.append(1), repeats=3) >= 0
    assert len(calls) == 4
