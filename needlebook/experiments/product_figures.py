# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The figures of the ladder of products."""

import numpy as np

from .. import figures


def tiles(v1, v2, size=12, step=5, at=(3, 4)):
    """Draw what one step of a v1 x v2 register tile reads and changes."""
    i, j = at
    marks = {
        "A: v1 numbers": [(i + u, step) for u in range(v1)],
        "B: v2 numbers": [(step, j + v) for v in range(v2)],
        "C: v1 v2 sums": [(i + u, j + v) for u in range(v1) for v in range(v2)],
    }
    figure, axes = figures.panels(1, 3, width=6.6, height=2.4)
    for k, (ax, (title, squares)) in enumerate(zip(axes, marks.items(), strict=True)):
        bands = {
            0: (i, 0, v1, size),
            1: (0, j, size, v2),
        }
        if k in bands:
            row, column, high, wide = bands[k]
            ax.add_patch(rectangle(row, column, high, wide, figures.GREY, 0.25))
        for row, column in squares:
            ax.add_patch(rectangle(row, column, 1, 1, figures.CYCLE[k], 0.95))
        ax.set(xlim=(0, size), ylim=(size, 0), aspect="equal", title=title)
        ax.set(xticks=np.arange(size + 1), yticks=np.arange(size + 1))
        ax.tick_params(labelbottom=False, labelleft=False, length=0)
    return figure


def rectangle(row, column, high, wide, colour, alpha):
    """Return a filled rectangle; rows go down."""
    from matplotlib.patches import Rectangle

    return Rectangle((column, row), wide, high, color=colour, alpha=alpha, linewidth=0)


def ladder(speeds):
    """Draw name -> GFLOP/s as bars, the first on top."""
    figure, ax = figures.panels(height=3.6, width=6.4)
    names = list(speeds)
    colours = [figures.GREY if name == "NumPy" else figures.CYCLE[0] for name in names]
    bars = ax.barh(names, list(speeds.values()), color=colours, height=0.65)
    ax.bar_label(bars, fmt="{:.3g}", padding=3, color=figures.GREY)
    ax.set(xscale="log", xlabel="GFLOP/s, one thread")
    ax.set_xlim(0.5 * min(speeds.values()), 2.5 * max(speeds.values()))
    ax.invert_yaxis()
    return figure


def roof(limits, kernels):
    """Draw the roof (a Roof) and name -> (operations a byte, GFLOP/s) under it."""
    figure, ax = figures.panels(height=4.2, width=6.4)
    span = np.geomspace(1 / 20, 200, 200)
    ax.plot(span, limits.at(span), color=figures.GREY, linestyle="-")
    free = {}  # intensity -> the lowest height at which a label is not on another
    for k, name in enumerate(sorted(kernels, key=lambda name: kernels[name][1])):
        intensity, speed = kernels[name]
        colour = figures.CYCLE[k % 6]
        ax.plot(
            intensity, speed, figures.MARKERS[k % 6], color=colour, linestyle="none"
        )
        height = max(speed, free.get(intensity, 0))
        free[intensity] = 1.45 * height
        label = ax.text(1.3 * intensity, height, name, fontsize=8, va="center")
        label.set_bbox({"facecolor": ax.get_facecolor(), "linewidth": 0, "pad": 0.5})
    ax.set(xscale="log", yscale="log", ylabel="GFLOP/s")
    ax.set(xlabel="operations per byte that must move", xlim=(1 / 20, 2000))
    ax.set_ylim(top=4 * limits.peak)
    return figure
