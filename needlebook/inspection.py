# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A look into the graph: nodes as text, and the calls that one operation makes."""

import sys

from .autograd import TensorTuple, find_topo_sort


def node_names(output):
    """Return {node: "v1", "v2", ...} for what `output` needs, in topological order."""
    return {node: f"v{i}" for i, node in enumerate(find_topo_sort([output]), start=1)}


def node_line(node, names):
    """Return one line on `node`: name, operation, inputs, and what it holds."""
    inputs = ", ".join(names[value] for value in node.inputs)
    made = f"{node.op.symbol}({inputs})" if node.op else "leaf"
    data = node.cached_data
    if data is None:
        held = "not computed yet"
    elif isinstance(node, TensorTuple):
        held = f"tuple of {len(data)}"
    else:
        held = f"shape {data.shape}" if data.shape else f"{float(data):.4g}"
    return f"{names[node]:>4} = {made:<24} {held}"


def print_node(node):
    """Print the operation and the inputs of `node`, and what it holds."""
    print(node_line(node, node_names(node)).strip())


def print_graph(output):
    """Print a line for each node that `output` needs, inputs before their users."""
    names = node_names(output)
    for node in names:
        print(node_line(node, names))


def trace_calls(function):
    """Call `function` and return [(depth, name of a function of this library), ...]."""
    calls, depth = [], 0

    def watch(frame, event, argument):
        nonlocal depth
        module = frame.f_globals.get("__name__", "")
        name = frame.f_code.co_qualname
        if not module.startswith("needlebook.") or name == "Value.__del__":
            return
        if event == "call":
            calls.append((depth, name))
            depth += 1
        elif event == "return":
            depth -= 1

    sys.setprofile(watch)
    try:
        function()
    finally:
        sys.setprofile(None)
    return [(level, name) for level, name in calls if name != "trace_calls"]
