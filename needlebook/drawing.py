# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Pictures of computational graphs, drawn from live objects as SVG text.

Anything with `.inputs` and `.op` can be drawn; `.op` is None for a leaf.
"""

import html
import itertools
from collections.abc import Iterable, Mapping

import numpy as np

from needlebook.drawing_layout import LINE, Box, place

SYMBOLS = {
    "add": "+",
    "subtract": "−",
    "multiply": "×",
    "divide": "÷",
    "negative": "neg",
    "positive": "id",
    "log": "ln",
    "matmul": "@",
    "power": "^",
    "maximum": "max",
    "greater": ">",
    "greater_equal": "≥",
}
FILL = {"leaf": "#5a6270", "forward": "#1b6ca8", "adjoint": "#b04a1a"}
EDGE = "#888888"


class Drawing:
    """An SVG picture that a notebook shows by itself."""

    def __init__(self, svg: str):
        self.svg = svg

    def _repr_svg_(self):
        return self.svg

    def __repr__(self):
        return f"Drawing({self.svg.count('<rect')} nodes)"


def draw(
    outputs,
    *,
    forward=None,
    names: Mapping[str, object] | None = None,
    notes: Iterable[tuple[object, str]] = (),
    values: bool = True,
    constants: bool = False,
    direction: str = "right",
    title: str = "",
    limit: int = 120,
) -> Drawing:
    """Draw the graph that ends in `outputs`.

    `outputs`: a node or a list of nodes, each with `.inputs` and `.op`.
    `forward`: outputs of the forward graph; the rest is drawn as adjoints.
    `names`: text to node, e.g. {"x1": x1}; otherwise `node.label` is used if set.
    `notes`: pairs (node, text), one more line on that node.
    `constants`: draw single numbers without a name as nodes, not as text.
    `direction`: "right" (adjoints flow back below) or "down" (one column of layers).
    `title`: what a screen reader says. Raises ValueError above `limit` nodes.
    """
    inner = [] if forward is None else listed(forward)
    nodes = reachable(inner + listed(outputs))
    inner = {id(node) for node in (reachable(inner) or nodes)}
    label = {id(node): getattr(node, "label", None) or "" for node in nodes}
    label.update((id(node), text) for text, node in (names or {}).items())
    notes = list(notes)
    texts = {} if constants else unnamed_numbers(nodes, label)
    nodes = [node for node in nodes if id(node) not in texts]
    if len(nodes) > limit:
        raise ValueError(f"draw: {len(nodes)} nodes, limit is {limit}; draw a part")
    boxes = {}
    for node in nodes:
        kind = "forward" if id(node) in inner else "adjoint"
        kind = "leaf" if node.op is None and kind == "forward" else kind
        lines = [first_line(node, label[id(node)], texts)]
        lines += filter(None, [value_text(value_of(node))] if values else [])
        lines += [note for owner, note in notes if owner is node]
        boxes[id(node)] = Box(node, kind, lines)
    edges = [(i, node) for node in nodes for i in node.inputs or ()]
    edges = [(boxes[id(i)], boxes[id(n)]) for i, n in edges if id(i) in boxes]
    paths = place(list(boxes.values()), edges, direction)
    return Drawing(render(list(boxes.values()), paths, direction, title))


def listed(outputs):
    """Return `outputs` as a list, be it one node or several."""
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def reachable(outputs):
    """Return every node that `outputs` need, inputs before users, without recursion."""
    order, seen = [], set()
    stack = [(node, False) for node in reversed(outputs)]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack += [(i, False) for i in reversed(node.inputs or ())]
    return order


def unnamed_numbers(nodes, label):
    """Return {id: text} of the leaves to be shown inside the nodes that use them."""
    used = {id(i) for node in nodes for i in node.inputs or ()}
    return {
        id(node): value_text(value_of(node))
        for node in nodes
        if node.op is None and not label[id(node)] and id(node) in used
        if np.ndim(value_of(node)) == 0
    }


def first_line(node, name, texts):
    """Text of the first line of a node: `name = operation`, with numbers it uses."""
    if node.op is None:
        return name or "constant"
    symbol = getattr(node.op, "symbol", None) or getattr(node.op, "__name__", None)
    symbol = symbol or (node.op if isinstance(node.op, str) else type(node.op).__name__)
    symbol = SYMBOLS.get(symbol, symbol)
    if any(id(i) in texts for i in node.inputs):
        symbol = f" {symbol} ".join(texts.get(id(i), "·") for i in node.inputs)
    return f"{name} = {symbol}" if name else symbol


def value_of(node):
    """Value that a node holds, None if it was not computed yet."""
    value = getattr(node, "value", None)
    return getattr(node, "cached_data", None) if value is None else value


def value_text(value):
    """Text for a value: a number, a shape, the keys of a dictionary, a dual number."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return "{" + ", ".join(map(str, value)) + "}"
    shape = tuple(getattr(value, "shape", ()))
    if shape:
        return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
    if hasattr(value, "primal"):
        return f"{float(value.primal):.4g} + {float(value.tangent):.4g}ε"
    return f"{float(value.numpy() if hasattr(value, 'numpy') else value):.4g}"


def render(boxes, paths, direction, title):
    """Write the placed boxes and the paths between them as one SVG element."""

    def at(box):
        return (
            (box.along, box.across) if direction == "right" else (box.across, box.along)
        )

    passed = boxes + [box for path in paths for box in path]
    left = min(at(b)[0] - b.width / 2 for b in passed) - 8
    right = max(at(b)[0] + b.width / 2 for b in passed) + 8
    top = min(at(b)[1] - b.height / 2 for b in passed) - 8
    bottom = max(at(b)[1] + b.height / 2 for b in passed) + 8
    width, height = right - left, bottom - top
    title = html.escape(
        title or f"Computational graph of {len(boxes)} nodes", quote=True
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{title}" '
        f'viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" style="max-width:100%;height:auto" '
        f'font-family="system-ui, sans-serif" font-size="12"><title>{title}</title>'
    ]
    parts += [edge_svg(path, at, direction) for path in paths]
    parts += [box_svg(box, *at(box)) for box in boxes]
    return "\n".join([*parts, "</svg>"])


def box_svg(box, x, y):
    """Write one node: round for a leaf, with a dashed rim for an adjoint."""
    radius = box.height / 2 if box.kind == "leaf" else 5
    rim = ' stroke="#ffffff" stroke-dasharray="4 3"' if box.kind == "adjoint" else ""
    parts = [
        f'<rect x="{x - box.width / 2:.1f}" y="{y - box.height / 2:.1f}" '
        f'width="{box.width:.1f}" height="{box.height:.1f}" rx="{radius:.1f}" '
        f'fill="{FILL[box.kind]}"{rim}/>'
    ]
    for i, line in enumerate(box.lines):
        base = y + (i - (len(box.lines) - 1) / 2) * LINE + 4
        weight = ' font-weight="600"' if i == 0 else ""
        parts.append(
            f'<text x="{x:.1f}" y="{base:.1f}" text-anchor="middle" fill="#ffffff"'
            f"{weight}>{html.escape(line)}</text>"
        )
    return "".join(parts)


def edge_svg(path, at, direction):
    """Write one edge: smooth inside a band, right-angled from values to adjoints."""
    points = [list(at(box)) for box in path]
    angled = any(box.kind == "bend" for box in path)
    first = last = int(direction != "right")
    if angled:
        first = int(points[0][0] == points[1][0])
        last = int(points[-1][1] != points[-2][1])
    for spot, next_spot, box, axis in (
        (points[0], points[1], path[0], first),
        (points[-1], points[-2], path[-1], last),
    ):
        sign = 1 if next_spot[axis] > spot[axis] else -1
        spot[axis] += sign * (box.height if axis else box.width) / 2
    x, y = points[-1]
    tip = [(x, y), (x + 7 * sign, y - 4), (x + 7 * sign, y + 4)]
    if last:
        tip = [(x, y), (x - 4, y + 7 * sign), (x + 4, y + 7 * sign)]
    points[-1][last] += 5 * sign
    line = rounded(points) if angled else smooth(points, first)
    dash = ' stroke-dasharray="4 3"' if path[-1].kind == "adjoint" else ""
    head = " ".join(f"{px:.1f},{py:.1f}" for px, py in tip)
    return (
        f'<path d="{line}" fill="none" stroke="{EDGE}" stroke-width="1.4"{dash}/>'
        f'<polygon points="{head}" fill="{EDGE}"/>'
    )


def smooth(points, axis):
    """Path data of a curve through `points` that leaves and arrives along `axis`."""
    line = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        bend = (x0, y, x1, y) if axis else (x, y0, x, y1)
        line += " C" + " ".join(f"{v:.1f}" for v in (*bend, x1, y1))
    return line


def rounded(points, radius=8):
    """Path data of straight lines through `points` with rounded corners."""
    line = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        ends = []
        for x, y in (before, after):
            length = max(abs(x - corner[0]) + abs(y - corner[1]), 1e-9)
            part = min(radius / length, 0.5)
            ends += [
                corner[0] + part * (x - corner[0]),
                corner[1] + part * (y - corner[1]),
            ]
        line += " L{:.1f},{:.1f} Q{:.1f},{:.1f} {:.1f},{:.1f}".format(
            *ends[:2], *corner, *ends[2:]
        )
    return line + f" L{points[-1][0]:.1f},{points[-1][1]:.1f}"
