# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A residual block as one layer, with its gradient written by hand."""

import numpy as np

from .caffe import Blob, InnerProduct, Layer, ReLU


class ResidualLayer(Layer):
    """x + relu(x W1 + b1) W2 + b2, from the layers that it is made of."""

    backward_reads = ("bottom",)

    def __init__(self, name, bottom, top, W1, b1, W2, b2):
        super().__init__(name, bottom, top)
        self.first = InnerProduct(name + "/ip1", bottom, "inner", W1, b1)
        self.relu = ReLU(name + "/relu", "inner", "inner")
        self.second = InnerProduct(name + "/ip2", "inner", top, W2, b2)
        self.blobs = self.first.blobs + self.second.blobs

    def top_shapes(self, shape):
        inner = self.first.top_shapes(shape)
        self.inner = [Blob(np.zeros(inner[0]))]
        self.branch = [Blob(np.zeros(shape))]
        return self.second.top_shapes(*inner)

    def forward(self, bottom, top):
        self.first.forward(bottom, self.inner)
        self.relu.forward(self.inner, self.inner)
        self.second.forward(self.inner, top)
        top[0].data += bottom[0].data

    def backward(self, top, propagate_down, bottom):
        self.second.backward(top, [True], self.inner)
        self.relu.backward(self.inner, [True], self.inner)
        self.branch[0].data = bottom[0].data
        self.first.backward(self.inner, propagate_down, self.branch)
        if propagate_down[0]:
            np.add(self.branch[0].diff, top[0].diff, out=bottom[0].diff)
