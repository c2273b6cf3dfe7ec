"""The colours of the figures, and that each helper draws what it says."""

import sys

import numpy as np
import pytest

from needlebook import figures

pytestmark = pytest.mark.since("3a")

# Machado, Oliveira and Fernandes (2009), full severity
SIGHT = {
    "usual": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
DARK = "#14181e"


def linear_light(colour):
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    light = sorted(linear_light(c) @ TO_XYZ[1] + 0.05 for c in (one, other))
    return light[1] / light[0]


def lab(light):
    t = TO_XYZ @ np.clip(light, 0, 1) / TO_XYZ.sum(axis=1)
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("colour", [*figures.CYCLE, figures.GREY])
@pytest.mark.parametrize("ground", ["#ffffff", DARK])
def test_every_colour_reads_on_light_and_on_dark(colour, ground):
    assert contrast(colour, ground) >= 3.0


@pytest.mark.parametrize("sight", SIGHT)
def test_no_two_colours_look_alike(sight):
    seen = [lab(np.array(SIGHT[sight]) @ linear_light(c)) for c in figures.CYCLE]
    gaps = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
    assert min(gaps) > 12.0


def test_markers_and_dashes_change_with_the_colour():
    assert len(set(figures.MARKERS)) == len(figures.CYCLE)
    assert len({str(d) for d in figures.DASHES}) == len(figures.CYCLE)


@pytest.fixture
def plt():
    plt = pytest.importorskip("matplotlib.pyplot")
    before = dict(plt.rcParams)
    figures.style()
    yield plt
    plt.close("all")
    plt.rcParams.update(before)


def test_the_ground_is_transparent_and_text_is_grey(plt):
    assert plt.rcParams["figure.facecolor"] == "none"
    assert plt.rcParams["text.color"] == figures.GREY


def test_panels_fit_the_page(plt):
    for columns in (1, 2, 3, 4):
        fig, _ = figures.panels(1, columns)
        assert fig.get_figwidth() <= 7.6


def test_classes_differ_in_marker_and_colour(plt):
    _, ax = figures.panels()
    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
    figures.classes(ax, X, y, labels=["a", "b"])
    first, second = ax.collections
    assert len(first.get_offsets()) == len(second.get_offsets()) == 10
    assert not np.array_equal(first.get_facecolor(), second.get_facecolor())
    marks = [c.get_paths()[0].vertices.shape for c in (first, second)]
    assert marks[0] != marks[1]


def test_regions_draw_the_border_where_the_class_changes(plt):
    _, ax = figures.panels()
    figures.regions(ax, lambda Z: (Z[:, 0] > 0.5).astype(int), (-1, 1))
    border = ax.collections[0].get_paths()[0].vertices
    np.testing.assert_allclose(border[:, 0], 0.5, atol=0.02)


def test_regions_of_one_class_need_no_border(plt):
    _, ax = figures.panels()
    figures.regions(ax, lambda Z: np.zeros(len(Z), int), (-1, 1))
    assert len(ax.collections) == 1


def test_the_band_spans_the_interval(plt):
    _, ax = figures.panels()
    figures.band(ax, [1, 2], [(0.5, 0.4, 0.7), (0.6, 0.5, 0.8)], "x")
    whiskers = ax.collections[0].get_segments()
    np.testing.assert_allclose(whiskers[0][:, 1], [0.4, 0.7])


def test_the_slope_line_is_a_power(plt):
    _, ax = figures.panels()
    figures.slope_line(ax, [1, 10, 100], 5.0, -2, "reference")
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [5.0, 0.05, 0.0005])


def test_without_matplotlib_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(
        ModuleNotFoundError, match=r"pip install \"needlebook\[book\]\""
    ):
        figures.style()
