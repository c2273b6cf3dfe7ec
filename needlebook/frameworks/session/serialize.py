# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A graph as text, and back; so that another process can run it."""

import json
import subprocess
import sys

import numpy as np

from ...errors import CycleError
from ...traversal import find_topo_sort
from .control import Function
from .graph import Graph
from .session import Session


def nodes_to_lists(outputs):
    """Return {node: number}, and a dictionary for each node, inputs first."""
    number = {node: i for i, node in enumerate(find_topo_sort(outputs))}
    return number, [
        {
            "kind": node.kind,
            "name": node.name,
            "inputs": [number[x] for x in node.inputs],
            "attrs": {key: encode(value) for key, value in node.attrs.items()},
            "device": node.device,
        }
        for node in number
    ]


def encode(value):
    """Return `value` as what JSON can hold."""
    if isinstance(value, np.ndarray):
        return {"array": value.tolist()}
    if isinstance(value, Function):
        number, nodes = nodes_to_lists([*value.parameters, value.output])
        parameters = [number[x] for x in value.parameters]
        return {
            "nodes": nodes,
            "parameters": parameters,
            "output": number[value.output],
        }
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    return value


def nodes_from_lists(lists, graph):
    """Describe the nodes of `lists` in `graph` and return them.

    Raises CycleError if a node has an input that does not come before it.
    """
    nodes = []
    for fields in lists:
        if any(i >= len(nodes) for i in fields["inputs"]):
            raise CycleError(
                f"{fields['name']}: an input does not come before its user"
            )
        attrs = {key: decode(value) for key, value in fields["attrs"].items()}
        inputs = [nodes[i] for i in fields["inputs"]]
        with graph.device(fields["device"]):
            nodes.append(graph.add(fields["kind"], inputs, attrs, fields["name"]))
    return nodes


def decode(value):
    """Undo `encode`."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if isinstance(value, dict) and "array" in value:
        return np.array(value["array"], float)
    if isinstance(value, dict):
        function = Function.__new__(Function)
        nodes = nodes_from_lists(value["nodes"], Graph())
        function.parameters = [nodes[i] for i in value["parameters"]]
        function.output, function.programs = nodes[value["output"]], {}
        return function
    return value


def save(session, fetches):
    """Return as text the graph that `fetches` need, and the values of its variables."""
    number, nodes = nodes_to_lists(fetches)
    values = {
        node.name: session.variables[node].tolist()
        for node in number
        if node in session.variables
    }
    return json.dumps(
        {"nodes": nodes, "variables": values, "fetches": [number[x] for x in fetches]}
    )


def load(text):
    """Return (session, fetches) from what `save` wrote."""
    saved = json.loads(text)
    graph = Graph()
    nodes = nodes_from_lists(saved["nodes"], graph)
    session = Session(graph)
    for node in graph.variables():
        session.variables[node] = np.array(saved["variables"][node.name], float)
    return session, [nodes[i] for i in saved["fetches"]]


def run_elsewhere(text, feeds):
    """Run a saved graph in a process of its own.

    `feeds`: {name of a placeholder: array}. Returns its process number, and the arrays.
    """
    request = {
        "saved": text,
        "feeds": {k: np.asarray(a).tolist() for k, a in feeds.items()},
    }
    command = [sys.executable, "-m", f"{__package__}.worker"]
    done = subprocess.run(
        command, input=json.dumps(request), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the other process failed:\n{done.stderr}")
    answer = json.loads(done.stdout)
    return answer["process"], [np.array(a) for a in answer["results"]]
