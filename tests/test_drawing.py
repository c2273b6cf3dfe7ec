"""Drawings of graphs: well-formed, readable by machines, right in their content."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from needlebook.differentiation.forward import Dual
from needlebook.differentiation.graph import Node
from needlebook.differentiation.reverse import adjoints
from needlebook.drawing import draw

pytestmark = pytest.mark.since("4")

SVG = "{http://www.w3.org/2000/svg}"


def boxes(drawing):
    """Rectangles of a drawing: (x, y, width, height, fill)."""
    rects = ET.fromstring(drawing.svg).iter(f"{SVG}rect")
    return [
        (*(float(r.get(k)) for k in ("x", "y", "width", "height")), r.get("fill"))
        for r in rects
    ]


def texts(drawing):
    return [t.text for t in ET.fromstring(drawing.svg).iter(f"{SVG}text")]


def example():
    x1, x2 = Node(2.0, label="x1"), Node(5.0, label="x2")
    return np.log(x1) + x1 * x2 - np.sin(x2)


def test_every_node_is_drawn_with_operation_and_value():
    drawing = draw(example(), title="the example & more")
    assert len(boxes(drawing)) == 7
    assert {"x1", "x2", "ln", "×", "+", "sin", "−", "11.65"} <= set(texts(drawing))
    root = ET.fromstring(drawing.svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == "the example & more"
    assert root.find(f"{SVG}title").text == "the example & more"
    assert drawing._repr_svg_() == drawing.svg
    assert repr(drawing) == "Drawing(7 nodes)"


@pytest.mark.parametrize("direction", ["right", "down"])
def test_no_two_boxes_overlap(direction):
    x = Node(0.5, label="x")
    y = np.exp(x) * np.sin(x) + np.log(x) / (x + 1.0)
    bar = adjoints(y)[x]
    found = boxes(draw(bar, forward=y, direction=direction))
    for i, (x0, y0, w0, h0, _) in enumerate(found):
        for x1, y1, w1, h1, _ in found[i + 1 :]:
            apart = x0 + w0 <= x1 or x1 + w1 <= x0 or y0 + h0 <= y1 or y1 + h1 <= y0
            assert apart


def test_everything_lies_inside_the_view_box():
    x = Node(0.5)
    y = np.exp(x) * (np.exp(x) + 1.0)
    drawing = draw(adjoints(y)[x], forward=y)
    left, top, width, height = map(
        float, ET.fromstring(drawing.svg).get("viewBox").split()
    )
    for x0, y0, w, h, _ in boxes(drawing):
        assert left <= x0 and x0 + w <= left + width
        assert top <= y0 and y0 + h <= top + height


def test_adjoints_differ_in_colour_and_rim_and_stand_below():
    x = Node(0.5, label="x")
    y = np.exp(x) * x
    drawing = draw(adjoints(y)[x], forward=y)
    by_fill = {}
    for _, top, _, _, fill in boxes(drawing):
        by_fill.setdefault(fill, []).append(top)
    leaf, forward, adjoint = by_fill  # in the order of drawing
    assert min(by_fill[adjoint]) > max(by_fill[forward] + by_fill[leaf])
    assert drawing.svg.count('stroke="#ffffff" stroke-dasharray') == len(
        by_fill[adjoint]
    )


def test_unnamed_numbers_are_text_unless_asked_for():
    x = Node(2.0, label="x")
    y = 1.0 - x
    assert "1 − ·" in texts(draw(y))
    assert len(boxes(draw(y))) == 2
    assert len(boxes(draw(y, constants=True))) == 3


def test_names_notes_shapes_keys_and_dual_numbers():
    x = Node(np.ones((2, 3)), label="x")
    y = np.exp(x)
    found = texts(draw(y, names={"y": y}, notes=[(y, "adjoint 1")]))
    assert found == ["x", "(2, 3)", "y = exp", "(2, 3)", "adjoint 1"]
    assert "{a, b}" in texts(draw(Node({"a": 1, "b": 2})))
    assert "1 + 2ε" in texts(draw(Node(Dual(1.0, 2.0), label="d")))
    assert texts(draw(y, values=False)) == ["x", "exp"]


class AddScalar:
    def __init__(self, scalar):
        self.scalar = scalar


class Tensor:
    """A node as chapter 5 will have it: `cached_data`, no `value`, no `label`."""

    def __init__(self, cached_data, op=None, inputs=()):
        self.cached_data, self.op, self.inputs = cached_data, op, list(inputs)

    def __eq__(self, other):
        raise AssertionError("drawing must not compare nodes")

    __hash__ = None


def test_any_object_with_inputs_and_op_can_be_drawn():
    x = Tensor(np.ones(3))
    y = Tensor(None, AddScalar(1), [x, x])
    assert texts(draw([y], names={"x": x})) == ["x", "(3,)", "AddScalar"]


def test_text_of_nodes_is_escaped():
    node = Node(1.0, label="<a & b>")
    assert texts(draw(node)) == ["<a & b>", "1"]


def test_a_graph_that_is_too_large_is_refused_and_deep_ones_are_walked():
    y = Node(0.0, label="x")
    for _ in range(3000):
        y = np.sin(y)
    with pytest.raises(ValueError, match="3001 nodes, limit is 120"):
        draw(y)


def test_drawing_is_repeatable():
    assert draw(example()).svg == draw(example()).svg


def contrast(a, b):
    """Contrast ratio of two #rrggbb colours, as WCAG defines it."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_text_on_boxes_and_lines_on_both_grounds_have_contrast():
    svg = draw(example()).svg
    for fill in set(re.findall(r'<rect[^>]*fill="(#\w+)"', svg)):
        assert contrast(fill, "#ffffff") >= 4.5
    for stroke in set(re.findall(r'<path[^>]*stroke="(#\w+)"', svg)):
        assert contrast(stroke, "#ffffff") >= 3
        assert contrast(stroke, "#121212") >= 3
