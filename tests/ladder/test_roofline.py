"""The roofline: its arithmetic, and that what is placed under it is real."""

import numpy as np
import pytest

from needlebook import ladder
from needlebook.ladder import roofline
from needlebook.manual.native import require

pytestmark = [pytest.mark.since("11"), pytest.mark.native]


def test_the_roof_is_the_smaller_of_two_bounds():
    roof = roofline.Roof(peak=100.0, bandwidth=10.0)
    np.testing.assert_array_equal(roof.at([1.0, 10.0, 50.0]), [10.0, 100.0, 100.0])


def test_both_limits_are_measured():
    roof = roofline.measure(elements=2**16, steps=2000)
    assert roof.peak > 0 and roof.bandwidth > 0


def test_the_triad_computes_and_says_how_many_bytes_it_moved():
    a, b, c = np.zeros(100, np.float32), *np.ones((2, 100), np.float32)
    assert require("_matmul_ladder").triad(a, b, c) == 3 * 4 * 100
    np.testing.assert_array_equal(a, 4.0)


def test_arrays_of_other_sizes_are_refused_by_the_triad():
    a, b = np.zeros(100, np.float32), np.ones(101, np.float32)
    for three in [(a, a, b), (a, b, a), (b, a, a)]:
        with pytest.raises(ValueError, match="three arrays of one size"):
            require("_matmul_ladder").triad(*three)


def test_kernels_have_their_intensity_from_operations_and_bytes():
    placed = {k[0]: k for k in roofline.kernels(elements=64, n=24)}
    assert list(placed) == ["add", "sum", "exp", *ladder.RUNGS]
    assert placed["add"][1:] == (1 / 12, placed["add"][2], 64)
    assert placed["exp"][1::2] == (21 / 8, 21 * 64)
    for name in ladder.RUNGS:
        assert placed[name][1] == 2 * 24**3 / (3 * 4 * 24**2)
        assert placed[name][3] == 2 * 24**3


def test_what_is_placed_under_the_roof_computes():
    A, B = np.random.default_rng(0).normal(size=(2, 24, 24)).astype("float32")
    for name, _, function, _ in roofline.kernels(elements=64, n=24):
        found = function()
        if name in ladder.RUNGS:
            np.testing.assert_allclose(found, A @ B, rtol=1e-4, atol=1e-5)


def test_the_peak_counts_two_operations_for_each_multiply_add():
    widths = {"baseline": 4, "avx2": 8, "avx512": 16}
    before = ladder.isa()
    for name, width in widths.items():
        if ladder.use_isa(name):
            done = require("_matmul_ladder").multiply_adds(10)
            assert done == 2 * 12 * width * 10
    ladder.use_isa(before)
    assert roofline.peak(steps=10) > 0 and roofline.transpose_bandwidth(side=8) > 0


def test_every_rung_is_timed_once_per_turn():
    from needlebook.experiments import product_rungs

    A, B = np.random.default_rng(0).normal(size=(2, 20, 20)).astype("float32")
    speeds = product_rungs.speeds(A, B, repeats=1)
    assert list(speeds) == list(product_rungs.products())
    for function in product_rungs.products().values():
        np.testing.assert_allclose(function(A, B), A @ B, rtol=1e-4, atol=1e-5)


def test_the_figures_draw_what_they_are_given():
    pytest.importorskip("matplotlib")
    from needlebook.experiments import product_figures

    patches = [len(ax.patches) for ax in product_figures.tiles(3, 4).axes]
    assert patches == [1 + 3, 1 + 4, 12]
    assert len(product_figures.ladder({"one": 1.0, "NumPy": 2.0}).axes[0].patches) == 2
    figure = product_figures.roof(roofline.Roof(10.0, 1.0), {"add": (0.1, 0.05)})
    assert len(figure.axes[0].lines) == 2
