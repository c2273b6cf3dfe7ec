"""Checkpointing: the same gradient, less memory, more work."""

import tracemalloc

import numpy as np
import pytest

from needlebook.differentiation.checkpoint import checkpointed_gradient

pytestmark = pytest.mark.since("4")

STAGES = [np.tanh] * 63 + [lambda x: x.sum()]


@pytest.mark.parametrize("every", [1, 3, 8, 20, 63, 64, 100])
def test_the_gradient_does_not_depend_on_the_segments(every):
    x = np.linspace(-1, 1, 11)
    value, gradient, _ = checkpointed_gradient(STAGES, x, every)
    plain_value, plain_gradient, _ = checkpointed_gradient(STAGES, x, len(STAGES))
    assert value == plain_value
    np.testing.assert_array_equal(gradient, plain_gradient)


def test_segments_of_the_root_keep_a_quarter_and_run_less_than_twice():
    x = np.full(10_000, 0.3)
    *_, plain = checkpointed_gradient(STAGES, x, 64)
    *_, segmented = checkpointed_gradient(STAGES, x, 8)
    assert plain.stages_run == 64
    assert segmented.stages_run == 64 + 56
    assert 0.2 < segmented.peak_bytes / plain.peak_bytes < 0.25


def test_the_root_is_the_best_length_of_a_segment():
    x = np.zeros(1000)
    peak = {
        k: checkpointed_gradient(STAGES, x, k)[2].peak_bytes for k in (2, 4, 8, 16, 32)
    }
    assert min(peak, key=peak.get) == 8


def test_the_allocator_sees_the_saving():
    x = np.full(100_000, 0.3)

    def peak(every):
        tracemalloc.start()
        try:
            checkpointed_gradient(STAGES, x, every)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(8) < 0.5 * peak(64)
