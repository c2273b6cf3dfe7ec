# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Momentum and Nesterov on one valley, with two sliders that need no server."""

import json

import numpy as np

from needlebook.experiments.quadratics import descend
from needlebook.figures import COLOURS
from needlebook.optim import SGD

CURVATURES, START, STEPS = (0.04, 1.0), (-9.0, 2.5), 120
FLOOR = 1e-8
PATHS = {"momentum": COLOURS["blue"], "Nesterov": COLOURS["orange"]}


def valley_path(lr, beta, nesterov):
    """Return the points (STEPS + 1, 2) on 1/2 sum of CURVATURES * w^2 from START."""
    with np.errstate(all="ignore"):
        return descend(
            lambda p: SGD(p, lr, beta, nesterov=nesterov),
            np.array(CURVATURES),
            START,
            STEPS,
        )


def on_map(path):
    """Return the points of a path as text for an SVG of 480 x 190 units."""
    inside = np.clip(path, -1e4, 1e4) * [22, -24] + [240, 95]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in inside)


def on_chart(path):
    """Return the loss by that at first, step by step, for an SVG of 480 x 150 units."""
    loss = path**2 @ CURVATURES
    share = np.nan_to_num(loss / loss[0], nan=1e4, posinf=1e4)
    heights = 34 - 14 * np.log10(np.clip(share, FLOOR, 100))
    places = 40 + np.arange(len(path)) * 430 / STEPS
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(places, heights))


def map_svg(paths):
    """Return the valley from above: ellipses of equal loss, and the paths as text."""
    levels = [
        f'<ellipse cx="240" cy="95" rx="{22 * np.sqrt(c / CURVATURES[0]):.0f}" '
        f'ry="{24 * np.sqrt(c / CURVATURES[1]):.0f}" fill="none" '
        'stroke="currentColor" stroke-opacity="0.25"/>'
        for c in (0.2, 0.8, 1.8, 3.2, 5, 7.2, 9.8)
    ]
    return svg("190", "The valley from above, and two paths to its lowest point", [
        *levels, '<circle cx="240" cy="95" r="3" fill="currentColor"/>',
        *polylines("map", paths),
    ])  # fmt: skip


def chart_svg(losses):
    """Return the chart of the loss by steps, with the curves as text."""
    lines = []
    for power in (0, -2, -4, -6, -8):
        y = 34 - 14 * power
        lines.append(
            f'<path d="M40 {y}H470" stroke="currentColor" stroke-opacity="0.25"/>'
            f'<text x="4" y="{y + 4}" fill="currentColor">1e{power}</text>'
        )
    words = f'<text x="330" y="24" fill="currentColor">{STEPS} steps</text>'
    name = "Loss by that at the start, for each step, on a logarithmic axis"
    return svg("155", name, [*lines, words, *polylines("chart", losses)])


def svg(height, name, parts):
    return (
        f'<svg viewBox="0 0 480 {height}" role="img" aria-label="{name}" '
        f'font-size="11">{"".join(parts)}</svg>'
    )


def polylines(where, paths):
    return [
        f'<polyline data-{where}="{name}" points="{points}" fill="none" '
        f'stroke="{PATHS[name]}" stroke-width="2" '
        f'stroke-dasharray="{"6 3" if name == "Nesterov" else "none"}"/>'
        for name, points in paths.items()
    ]


STYLE = """
.nb-momentum {max-width: 44rem; margin: 1rem 0}
.nb-momentum svg {display: block; width: 100%; height: auto; overflow: hidden}
.nb-momentum label {display: flex; flex-wrap: wrap; gap: .3rem .8rem; margin: .4rem 0}
.nb-momentum input {flex: 1 1 9rem; min-width: 0; min-height: 2rem}
.nb-momentum input {accent-color: #2f7fc4}
.nb-momentum output {min-width: 4rem}
"""
CONTROLS = """
<div class="nb-controls" hidden>
<label for="nb-lr"><span>step size &alpha;</span>
<input id="nb-lr" type="range" min="-1" max="1.7" step="0.02" value="{lr_power}">
<output for="nb-lr">{lr}</output></label>
<label for="nb-beta"><span>momentum &beta;</span>
<input id="nb-beta" type="range" min="0" max="0.98" step="0.01" value="{beta}">
<output for="nb-beta">{beta}</output></label>
</div>
<p role="status">{status}</p>
"""


class MomentumDemo:
    """The picture for one setting; where scripts run, sliders for all others."""

    def __init__(self, lr=10.0, beta=0.9):
        self.lr, self.beta = lr, beta
        self.paths = {name: valley_path(lr, beta, name == "Nesterov") for name in PATHS}

    def status(self):
        """Return one sentence with what is left of the loss on both paths."""
        left = []
        for name, path in self.paths.items():
            loss = path**2 @ CURVATURES
            left.append(f"{name} (the {KEYS[name]} line) {loss[-1] / loss[0]:.1e}")
        return f"Loss after {STEPS} steps, by that at the start: {', '.join(left)}."

    def _repr_html_(self):
        maps = {name: on_map(path) for name, path in self.paths.items()}
        charts = {name: on_chart(path) for name, path in self.paths.items()}
        power, status = round(float(np.log10(self.lr)), 2), self.status()
        controls = CONTROLS.format(
            lr_power=power, lr=f"{self.lr:.3g}", beta=self.beta, status=status
        )
        numbers = json.dumps([CURVATURES, START, STEPS, FLOOR])
        return (
            f'<style>{STYLE}</style><div class="nb-momentum" id="nb-momentum">'
            f"{map_svg(maps)}{chart_svg(charts)}{controls}</div>"
            f"<script>({SCRIPT})({numbers})</script>"
        )


KEYS = {"momentum": "solid", "Nesterov": "dashed"}

SCRIPT = """
([curvatures, start, steps, floor]) => {
  const box = document.getElementById("nb-momentum");
  const [lr, beta] = box.querySelectorAll("input");
  const words = box.querySelectorAll("output");
  const status = box.querySelector("[role=status]");
  const loss = (w) => w.reduce((sum, x, i) => sum + curvatures[i] * x * x, 0);

  function path(a, b, nesterov) {
    let w = [...start], u = [0, 0];
    const points = [w];
    for (let t = 0; t < steps; t++) {
      const g = w.map((x, i) => curvatures[i] * x);
      u = u.map((x, i) => b * x + (1 - b) * g[i]);
      w = w.map((x, i) => x - a * (nesterov ? b * u[i] + (1 - b) * g[i] : u[i]));
      points.push(w);
    }
    return points;
  }

  const cut = (x, size) => Math.max(-size, Math.min(size, x || 0));
  const onMap = (w) => `${240 + 22 * cut(w[0], 1e4)},${95 - 24 * cut(w[1], 1e4)}`;

  function onChart(w, t) {
    const left = loss(w) / loss(start);
    const share = Number.isFinite(left) ? Math.max(floor, Math.min(100, left)) : 100;
    return `${40 + (t * 430) / steps},${34 - 14 * Math.log10(share)}`;
  }

  function draw() {
    const a = 10 ** lr.value, b = Number(beta.value), left = [];
    for (const name of ["momentum", "Nesterov"]) {
      const points = path(a, b, name === "Nesterov");
      const set = (place, text) =>
        box.querySelector(`[data-${place}=${name}]`).setAttribute("points", text);
      set("map", points.map(onMap).join(" "));
      set("chart", points.map(onChart).join(" "));
      const end = loss(points[steps]) / loss(start);
      const line = name === "Nesterov" ? "dashed" : "solid";
      const said = end < 1 ? end.toExponential(1) : "more than 1, it diverges";
      left.push(`${name} (the ${line} line) ${said}`);
    }
    words[0].value = a.toPrecision(3);
    words[1].value = b.toFixed(2);
    lr.setAttribute("aria-valuetext", words[0].value);
    status.textContent =
      `Loss after ${steps} steps, by that at the start: ${left.join(", ")}.`;
  }

  for (const slider of [lr, beta]) slider.addEventListener("input", draw);
  box.querySelector(".nb-controls").hidden = false;
}
"""
