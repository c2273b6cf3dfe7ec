# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What a training step keeps in memory and runs, in each of the three styles."""

import numpy as np

from needlebook.autograd import find_topo_sort
from needlebook.frameworks.session.memory import bytes_needed, size
from needlebook.frameworks.session.passes import bind, operation_count, optimize


def layer_costs(style):
    """Return (steps run forward and back, bytes of blobs between) of a Net."""
    given = {"data", "label"}
    between = (b for name, b in style.net.blobs.items() if name not in given)
    backward = sum(
        bool(layer.blobs) or any(down) for layer, *_, down in style.net.steps
    )
    return len(style.net.steps) + backward, sum(blob.nbytes for blob in between)


def graph_costs(style, X, y, optimized):
    """The same for a Session: operations, and bytes besides the gradients fetched.

    Not optimized, each result is freed after its last use.
    """
    feeds = style.feeds(X, y, 0.1)
    shapes = {node: np.shape(array) for node, array in feeds.items()}
    outputs = bind([style.loss, *style.gradients], shapes)
    if optimized:
        *_, (_, outputs) = optimize(outputs)
    fetched = sum(size(node) for node in outputs)
    return operation_count(outputs), bytes_needed(outputs)[1 + optimized] - fetched


def record_costs(style, X, y):
    """The same for a recorded graph: its operations, run forward and back.

    Bytes of values and adjoints, each array once, without data and parameters.
    """
    loss = style.loss(X, y)
    loss.backward()
    nodes = [node for node in find_topo_sort([loss]) if node.op]
    given = {id(leaf.cached_data) for leaf in find_topo_sort([loss]) if not leaf.op}
    arrays = [a for node in nodes for a in (node.cached_data, node._grad)]
    owners = {id(owner(a)): owner(a).nbytes for a in arrays if a is not None}
    kept = sum(nbytes for key, nbytes in owners.items() if key not in given)
    return 2 * len(nodes), kept


def owner(array):
    """Return the array whose memory this one looks at."""
    array = np.asarray(array)
    return array if array.base is None else array.base
