# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Places for the nodes of a drawn graph: layers, their order, and coordinates."""

import itertools
from dataclasses import dataclass, field

CHARACTER, LINE, PAD = 6.9, 15, 7


@dataclass(eq=False)
class Box:
    """One drawn node, or one bend of a long edge (`node` is None)."""

    node: object
    kind: str
    lines: list[str] = field(default_factory=list)
    layer: int = 0
    along: float = 0.0
    across: float = 0.0

    @property
    def width(self):
        """Width in pixels."""
        longest = max(map(len, self.lines), default=0)
        return 0.0 if self.node is None else max(longest * CHARACTER + 2 * PAD, 40.0)

    @property
    def height(self):
        """Height in pixels."""
        return 0.0 if self.node is None else len(self.lines) * LINE + PAD


def place_band(boxes, edges, depth, breadth):
    """Place boxes by layers: longest path, barycentre order, least-squares places."""
    set_layers(boxes, edges)
    paths, bends = [], []
    for source, target in edges:
        between = range(source.layer + 1, target.layer)
        middle = [Box(None, target.kind, layer=layer) for layer in between]
        bends += middle
        paths.append([source, *middle, target])
    layers = [[] for _ in range(1 + max(b.layer for b in boxes))]
    near = {id(b): ([], []) for b in boxes + bends}
    for box in boxes + bends:
        layers[box.layer].append(box)
    for path in paths:
        for a, b in itertools.pairwise(path):
            near[id(a)][1].append(b)
            near[id(b)][0].append(a)
    for layer in layers:
        stack_up(layer, [0.0] * len(layer), breadth)
    for sweep in range(12):
        for layer in layers[::-1] if sweep % 2 else layers:
            settle(layer, near, sweep, breadth)
    along = 0.0
    for layer in layers:
        thick = max(depth(b) for b in layer)
        for box in layer:
            box.along = along + thick / 2
        along += thick + 34
    return paths, bends


def set_layers(boxes, edges):
    """Give every box its layer: after its last input; a leaf just before its use."""
    users = {}
    for source, target in edges:  # boxes, and so edges, come in topological order
        target.layer = max(target.layer, source.layer + 1)
        users.setdefault(id(source), []).append(target)
    targets = {id(target) for _, target in edges}
    for box in boxes:
        if id(box) in users and id(box) not in targets:
            box.layer = min(user.layer for user in users[id(box)]) - 1


def settle(layer, near, sweep, breadth):
    """Move a layer towards its neighbours; the first eight sweeps may reorder it."""
    wish = []
    for box in layer:
        before, after = near[id(box)]
        others = (after or before) if sweep % 2 else (before or after)
        others = others if sweep < 8 else before + after
        spots = [other.across for other in others] or [box.across]
        wish.append(sum(spots) / len(spots))
    if sweep < 8:
        pairs = sorted(zip(wish, range(len(layer)), strict=True))
        layer[:] = [layer[i] for _, i in pairs]
        wish = [w for w, _ in pairs]
    stack_up(layer, wish, breadth)


def stack_up(layer, wish, breadth, gap=16):
    """Put the boxes of a layer as near to `wish` as their sizes and order allow."""
    offset, total = [], 0.0
    for box in layer:
        total += breadth(box) / 2
        offset.append(total)
        total += breadth(box) / 2 + gap
    pools = []  # isotonic regression: [sum, count]
    for w, o in zip(wish, offset, strict=True):
        pools.append([w - o, 1])
        while (
            len(pools) > 1 and pools[-2][0] * pools[-1][1] > pools[-1][0] * pools[-2][1]
        ):
            spot, count = pools.pop()
            pools[-1] = [pools[-1][0] + spot, pools[-1][1] + count]
    places = [spot / count for spot, count in pools for _ in range(count)]
    for box, spot, o in zip(layer, places, offset, strict=True):
        box.across = spot + o


def place(boxes, edges, direction):
    """Give every box its place; return each edge as the list of boxes it passes."""
    if direction == "down":
        return place_band(boxes, edges, lambda b: b.height, lambda b: b.width)[0]
    crossing = [(a, b) for a, b in edges if "adjoint" in {a.kind, b.kind}]
    crossing = [(a, b) for a, b in dict.fromkeys(crossing) if a.kind != b.kind]
    paths, end, across, lowest = [], 0.0, 0.0, 0.0
    for back in (False, True):
        band = [b for b in boxes if (b.kind == "adjoint") == back]
        if not band:
            continue
        members = {id(b) for b in band}
        inside = [(a, b) for a, b in edges if {id(a), id(b)} <= members]
        found, bends = place_band(band, inside, lambda b: b.width, lambda b: b.height)
        paths += found
        if back and paths:  # adjoints flow back: their first layer below the output
            for box in band + bends:
                box.along = end - box.along
        end = max(b.along + b.width / 2 for b in band)
        top = min(b.across - b.height / 2 for b in band)
        for box in band + bends:
            box.across += across - top
        lowest = lowest or max(b.across + b.height / 2 for b in band)
        across = lowest + 24 + 9 * len(crossing)
    crossing.sort(key=lambda edge: -edge[0].along)
    return paths + [
        route(a, b, lowest + 12 + 9 * i, boxes, crossing)
        for i, (a, b) in enumerate(crossing)
    ]


def route(source, target, level, boxes, crossing):
    """Return the right-angled path of an edge from the forward band to the adjoints."""
    start = source.along
    for box in boxes:
        same = box.kind != "adjoint" and abs(box.along - source.along) < 1
        if same and box.across > source.across:
            start = max(start, corridor(source, boxes))
    arrivals = [a for a, b in crossing if b is target]
    end = target.along + 10 * (len(arrivals) / 2 - 0.5 - arrivals.index(source))
    for box in boxes:
        same = box.kind == "adjoint" and abs(box.along - target.along) < 1
        if same and box.across < target.across:
            end = max(end, corridor(target, boxes))
    bends = [(start, level), (end, level)]
    if start != source.along:
        bends.insert(0, (start, source.across))
    if end > target.along + target.width / 2:
        bends.append((end, target.across))
    middle = [Box(None, "bend", along=x, across=y) for x, y in bends]
    return [source, *middle, target]


def corridor(box, boxes):
    """Return the free place at the right of the column in which `box` stands."""
    column = [b for b in boxes if abs(b.along - box.along) < 1]
    return max(b.along + b.width / 2 for b in column) + 12
