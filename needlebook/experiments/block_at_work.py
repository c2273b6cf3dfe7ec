# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A block at work: which thread touches what, step by step, with a slider."""

import html
import json
from itertools import groupby

CELL = 22


class BlockAtWork:
    """The accesses of one block as a picture; where scripts run, a slider moves it.

    `trace`: accesses of a checked call. `arrays`: (name, rows, columns, x, y) of what
    is drawn, with the upper left corner in cells. `step`: what is shown first.
    """

    def __init__(self, name, trace, arrays, block=0, step=0):
        self.name, self.arrays, self.step = name, arrays, step
        known = {array[0] for array in arrays}
        mine = [a for a in trace if a.block == block and a.array in known]
        self.steps = steps_of(mine)

    def looks(self):
        """Return {(array, cell): (look, text)} of the cells touched up to the step."""
        looks = {}
        for i, (_, parts) in enumerate(self.steps[: self.step + 1]):
            for array, cells, write in parts:
                for cell, text in cells.items():
                    if i == self.step:
                        looks[array, int(cell)] = ("write" if write else "read", text)
                    elif write:
                        looks[array, int(cell)] = ("held", "")
        return looks

    def svg(self):
        looks, marks, width, height = self.looks(), [], 0, 0
        for array, rows, columns, x, y in self.arrays:
            left, top = CELL * x + 1, CELL * y + 18
            width = max(width, left + CELL * columns + 1)
            height = max(height, top + CELL * rows + 1)
            marks.append(f'<text x="{left}" y="{top - 6}">{html.escape(array)}</text>')
            for cell in range(rows * columns):
                at = left + CELL * (cell % columns), top + CELL * (cell // columns)
                look, text = looks.get((array, cell), ("", ""))
                marks.append(drawn(array, cell, at, look, text))
        size = f'viewBox="0 0 {width} {height}" style="max-width:{width}px"'
        label = "Cells of the arrays; a cell shows the number of the thread at it."
        return f'<svg {size} role="img" aria-label="{label}">{"".join(marks)}</svg>'

    def _repr_html_(self):
        box, last = f"nb-block-{self.name}", len(self.steps) - 1
        controls = CONTROLS.format(
            box=box, last=last, step=self.step, status=self.steps[self.step][0]
        )
        return (
            f'<style>{STYLE}</style><div class="nb-block" id="{box}">'
            f"{self.svg()}{controls}</div>"
            f"<script>({SCRIPT})({json.dumps([box, self.steps])})</script>"
        )


def steps_of(accesses):
    """Return [sentence, parts] per step; a part is (array, {cell: threads}, writes).

    Accesses that different threads make in step, and that one line of the text makes to
    several arrays, are one step.
    """
    order = sorted(accesses, key=lambda a: (a.phase, a.step, a.thread))
    steps, before = [], None
    for _, group in groupby(order, lambda a: (a.phase, a.step, a.where)):
        group = list(group)
        phase, where, part = group[0].phase, group[0].where, part_of(group)
        now = (phase, where, [access.thread for access in group])
        if now != before or part[0] in [array for array, *_ in steps[-1][1]]:
            steps.append(["", []])
        steps[-1][1].append(part)
        steps[-1][0] = sentence(phase, where, group, steps[-1][1])
        before = now
    return steps


def part_of(accesses):
    """Which threads are at which cell of one array: the thread, or how many."""
    cells = {}
    for access in accesses:
        for cell in range(access.byte // 4, -(-(access.byte + access.bytes) // 4)):
            cells.setdefault(str(cell), []).append(access.thread)
    shown = {c: str(t[0]) if len(t) == 1 else f"{len(t)}×" for c, t in cells.items()}
    return accesses[0].array, shown, accesses[0].write


def sentence(phase, where, accesses, parts):
    """In words: how many threads do what, after which barrier, in which line."""
    what = [
        f"{'write' if write else 'read'} {len(cells)} cells of {array}"
        for array, cells, write in parts
    ]
    barriers = f"After {phase} barrier{'' if phase == 1 else 's'}"
    words = f"{barriers}, {len(accesses)} threads {' and '.join(what)}."
    return html.escape(words) + f"<br><code>{html.escape(where.source)}</code>"


def drawn(array, cell, at, look, text):
    """Return one cell of an array as SVG."""
    return (
        f'<g data-cell="{html.escape(array)}-{cell}" class="{look}">'
        f'<rect x="{at[0]}" y="{at[1]}" width="{CELL}" height="{CELL}"/>'
        f'<text x="{at[0] + CELL / 2}" y="{at[1] + 15}" text-anchor="middle">'
        f"{text}</text></g>"
    )


STYLE = """
.nb-block svg {width: 100%; height: auto; display: block; overflow: visible}
.nb-block svg text {fill: currentColor; font: 11px sans-serif}
.nb-block rect {fill: transparent; stroke: #7f7f7f; stroke-width: .6}
.nb-block .held rect {fill: #d9631e33}
.nb-block .read rect {fill: #1f5f9a}
.nb-block .write rect {fill: #a8470d; stroke: currentColor; stroke-width: 2}
.nb-block .read text, .nb-block .write text {fill: #ffffff; font-weight: bold}
.nb-block label {display: flex; flex-wrap: wrap; gap: .3rem .8rem; margin: .4rem 0}
.nb-block input {flex: 1 1 9rem; min-width: 0; min-height: 2rem; accent-color: #2f7fc4}
.nb-block [role=status] {min-height: 3.2em}
"""
CONTROLS = """
<div class="nb-controls" hidden><label for="{box}-step"><span>step</span>
<input id="{box}-step" type="range" min="0" max="{last}" step="1" value="{step}"
autocomplete="off"></label></div>
<p role="status">{status}</p>
"""

SCRIPT = """
([name, steps]) => {
  const box = document.getElementById(name);
  const slider = box.querySelector("input");
  const status = box.querySelector("[role=status]");

  function draw() {
    for (const cell of box.querySelectorAll("[data-cell]")) {
      cell.setAttribute("class", "");
      cell.lastChild.textContent = "";
    }
    steps.slice(0, Number(slider.value) + 1).forEach(show);
  }

  function show([words, parts], i) {
    const now = i === Number(slider.value);
    if (now) status.innerHTML = words;
    for (const [array, cells, write] of parts) {
      if (!now && !write) continue;
      for (const [place, threads] of Object.entries(cells)) {
        const cell = box.querySelector(`[data-cell="${array}-${place}"]`);
        cell.setAttribute("class", now ? (write ? "write" : "read") : "held");
        cell.lastChild.textContent = now ? threads : "";
      }
    }
  }

  slider.addEventListener("input", draw);
  box.querySelector(".nb-controls").hidden = false;
}
"""
