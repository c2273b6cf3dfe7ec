# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How every figure of the book looks: SVG, no ground, colours for light and dark.

Needs matplotlib, which the extra ``book`` brings: ``pip install "needlebook[book]"``.
"""

from __future__ import annotations

import numpy as np

COLOURS = {
    "blue": "#2f7fc4",
    "orange": "#d9631e",
    "green": "#0f9a68",
    "pink": "#c64f9b",
    "violet": "#9412f7",
    "crimson": "#cf0a40",
}
GREY = "#7f7f7f"
CYCLE = list(COLOURS.values())
MARKERS = "os^Dvp"
DASHES = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 2))]


def _pyplot():
    try:
        import matplotlib.pyplot as plt
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            "figures need matplotlib, which is not installed: "
            'pip install "needlebook[book]"'
        ) from missing
    return plt


def style():
    """Set the book's figure style; call it once in a chapter's first cell."""
    plt = _pyplot()
    from cycler import cycler

    grey = ["text.color", "axes.labelcolor", "axes.edgecolor", "axes.titlecolor"]
    grey += ["xtick.color", "ytick.color", "grid.color", "legend.labelcolor"]
    bare = ["figure.facecolor", "axes.facecolor", "savefig.facecolor"]
    plt.rcParams.update(dict.fromkeys(grey, GREY) | dict.fromkeys(bare, "none"))
    plt.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=CYCLE) + cycler(linestyle=DASHES),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.alpha": 0.25,
            "grid.linewidth": 0.6,
            "axes.titlesize": "medium",
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "lines.markersize": 4.5,
            "font.size": 10.0,
            "figure.figsize": (6.4, 3.4),
            "figure.constrained_layout.use": True,
            "figure.max_open_warning": 0,
            "svg.hashsalt": "needlebook",
        }
    )
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ModuleNotFoundError:
        return
    set_matplotlib_formats("svg", metadata={"Date": None})


def panels(rows=1, columns=1, *, width=None, height=None, **options):
    """Return (figure, axes) of a row or grid of panels that fits the page.

    Sizes are in inches; options go to ``matplotlib.pyplot.subplots``.
    """
    if width is None:
        width = min(7.6, 1.0 + 3.3 * columns)
    if height is None:
        height = rows * (3.2 if columns < 3 else 2.6)
    return _pyplot().subplots(rows, columns, figsize=(width, height), **options)


def classes(ax, X, y, *, size=9.0, labels=None):
    """Scatter two-dimensional examples X (m, 2), one colour and marker per class."""
    for k in np.unique(y).astype(int):
        ax.scatter(
            *X[y == k].T,
            s=size,
            marker=MARKERS[k % 6],
            color=CYCLE[k % 6],
            linewidths=0,
            alpha=0.85,
            label=None if labels is None else labels[k],
        )
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")


def regions(ax, predict, span, *, points=121):
    """Tint the plane by the class that predict (m, 2) -> (m,) gives, and its borders.

    span is (low, high), the same for both axes.
    """
    line = np.linspace(*span, points)
    grid = np.stack(np.meshgrid(line, line), axis=-1)
    found = predict(grid.reshape(-1, 2)).reshape(points, points)
    levels = np.arange(-0.5, found.max() + 1.5)
    if len(levels) > 2:
        ax.contour(line, line, found, levels[1:-1], colors=GREY, linewidths=1.0)
    tints = CYCLE[: len(levels) - 1]
    ax.contourf(line, line, found, levels, colors=tints, alpha=0.16)
    ax.set(xlim=span, ylim=span, aspect="equal")


def band(ax, x, intervals, label, *, k=0):
    """Draw means with their intervals as whiskers, in the k-th colour and marker.

    intervals holds one (mean, low, high) per x.
    """
    mean, low, high = np.asarray(intervals, float).T
    ax.errorbar(
        x,
        mean,
        yerr=[mean - low, high - mean],
        color=CYCLE[k % 6],
        marker=MARKERS[k % 6],
        linestyle=DASHES[k % 6],
        capsize=2.5,
        elinewidth=1.0,
        label=label,
    )


def slope_line(ax, x, start, slope, label):
    """Draw a grey reference line start * (x / x[0]) ** slope on logarithmic axes."""
    x = np.asarray(x, float)
    ax.plot(x, start * (x / x[0]) ** slope, color=GREY, linestyle=":", label=label)
