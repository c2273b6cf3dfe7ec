# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What layers in place save, and which of them make gradients wrong (L7.4)."""

import numpy as np

from needlebook.differentiation.numerical import numerical_gradient
from needlebook.errors import InPlaceError
from needlebook.frameworks import caffe
from needlebook.frameworks.caffe import InnerProduct, ReLU, Scale, Sigmoid, Square

# name of the case: layers between two products, all on blob "h"
CASES = {
    "ReLU": [ReLU],
    "Sigmoid": [Sigmoid],
    "ReLU, then Scale": [ReLU, Scale],
    "Square": [Square],
    "Sigmoid, then Scale": [Sigmoid, Scale],
    "Sigmoid, then ReLU": [Sigmoid, ReLU],
}


def in_place(kinds):
    """Return a layer of each kind, all in place on blob "h"."""
    numbers = {Scale: [2.0]}
    return [
        kind(f"layer {i}", "h", "h", *numbers.get(kind, []))
        for i, kind in enumerate(kinds)
    ]


def network(kinds, check):
    """A Net with layers of these kinds, in place, between two products."""
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(4, 5)), rng.normal(size=5)
    V, c = rng.normal(size=(5, 3)), rng.normal(size=3)
    between = in_place(kinds)
    first, last = (
        InnerProduct("ip1", "x", "h", W, b),
        InnerProduct("ip2", "h", "z", V, c),
    )
    loss = caffe.SoftmaxWithLoss("loss", "z y", "l")
    inputs = {"x": (6, 4), "y": (6,)}
    return caffe.Net([first, *between, last, loss], inputs, check=check)


def gradient_error(kinds):
    """Largest error of the gradient by the first weights, relative to its largest."""
    net = network(kinds, check=False)
    rng = np.random.default_rng(1)
    fed = {"x": rng.normal(size=(6, 4)), "y": rng.integers(3, size=6)}
    weights = net.parameters()[0].data

    def loss(array):
        weights[...] = array
        return net.forward(**fed)

    numeric = numerical_gradient(loss, weights.copy())
    loss(weights.copy())
    net.backward()
    return float(abs(net.parameters()[0].diff - numeric).max() / abs(numeric).max())


def refusal(kinds):
    """What the check of the wiring says against these layers in place, or None."""
    try:
        network(kinds, check=True)
    except InPlaceError as error:
        return str(error)
    return None


def chain_bytes(depth, replace, size=(100, 64)):
    """Bytes of the blobs of `depth` products, each with a ReLU, in place or not."""
    zeros = np.zeros((size[1], size[1])), np.zeros(size[1])
    layers, blob = [], "x"
    for i in range(depth):
        layers.append(InnerProduct(f"ip{i}", blob, f"h{i}", *zeros))
        blob = f"h{i}" if replace else f"r{i}"
        layers.append(ReLU(f"relu{i}", f"h{i}", blob))
    return caffe.Net(layers, {"x": size}).nbytes()
