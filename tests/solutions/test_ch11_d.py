"""Solutions 11.10 to 11.12."""

import numpy as np
import pytest

from needlebook import ops
from needlebook.solutions import ch11

pytestmark = pytest.mark.since("11")


def test_a_fused_momentum_step_moves_less_than_half():
    python = [(2, 1), (1, 1), (2, 1), (1, 1), (2, 1)]
    fused = [(3, 2)]
    assert ch11.bytes_per_weight(fused) == 20
    assert ch11.bytes_per_weight(fused) < ch11.bytes_per_weight(python) / 2


@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_each_tap_belongs_to_one_phase(kernel, stride):
    for dilation, padding in [(1, 0), (2, 1), (1, 2)]:
        taps = [
            tap
            for phase in range(stride)
            for tap, _ in ch11.taps_of_phase(kernel, stride, padding, phase, dilation)
        ]
        assert sorted(taps) == list(range(kernel))


def test_offsets_of_a_phase_are_the_outputs_that_read_the_pixel():
    for y in range(12):
        for i, offset in ch11.taps_of_phase(3, 2, 1, y % 2):
            t = y // 2 + offset
            assert t * 2 + i - 1 == y


def test_a_stride_beyond_the_filter_leaves_phases_without_taps():
    assert ch11.taps_of_phase(1, 2, 0, 1) == []


@pytest.mark.np
def test_folded_filters_compute_both_layers():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 6, 6, 3)), rng.normal(size=(3, 3, 3, 4))
    mean, weight, bias = rng.normal(size=(3, 4))
    variance = rng.random(4) + 0.5
    out = ops.Conv(1, 1)(x, w)
    wanted = (out - mean) / np.sqrt(variance + 1e-5) * weight + bias
    filters, shift = ch11.folded(w, mean, variance, weight, bias)
    np.testing.assert_allclose(ops.Conv(1, 1)(x, filters) + shift, wanted)
    wrong = ops.Conv(1, 1)(x, filters) + bias
    assert abs(wrong - wanted).max() > 0.1
