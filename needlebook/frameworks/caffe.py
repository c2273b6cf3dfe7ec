# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Layers that know their gradients: a small Caffe."""

from collections import Counter

import numpy as np

from ..errors import InPlaceError, NeedlebookError, ShapeError


class NetError(NeedlebookError, ValueError):
    """Layers that cannot be wired as their blobs say."""


class Blob:
    """An array `data`, and the gradient of the loss by it, `diff`."""

    def __init__(self, data):
        self.data = np.array(data, float)
        self.diff = np.zeros_like(self.data)

    @property
    def nbytes(self):
        return self.data.nbytes + self.diff.nbytes


class Layer:
    """A step of the network, from `bottom` blobs to `top` blobs, both ways.

    `backward_reads`: which data the backward pass reads, of "bottom" and "top".
    `in_place_works`: forward and backward are right when the two are one blob.
    """

    backward_reads = ()
    in_place_works = False

    def __init__(self, name, bottom, top):
        self.name = name
        self.bottom, self.top = bottom.split(), top.split()
        self.blobs = []

    def top_shapes(self, *shapes):
        """Return the shape of each top, given those of the bottoms."""
        return shapes

    def forward(self, bottom, top):
        """Fill the data of `top` from the data of `bottom`."""
        raise NotImplementedError(f"{self.name}: forward is missing")

    def backward(self, top, propagate_down, bottom):
        """Fill the diffs of own blobs, and of those bottoms that want theirs."""
        raise NotImplementedError(f"{self.name}: backward is missing")


class InnerProduct(Layer):
    """x W + b, for W (n, k) and b (k,)."""

    backward_reads = ("bottom",)

    def __init__(self, name, bottom, top, W, b):
        super().__init__(name, bottom, top)
        self.blobs = [Blob(W), Blob(b)]

    def top_shapes(self, shape):
        n, k = self.blobs[0].data.shape
        if shape[1] != n:
            raise ShapeError(
                f"{self.name}: bottom {self.bottom[0]!r} has {shape[1]} features, "
                f"the weights want {n}"
            )
        return [(shape[0], k)]

    def forward(self, bottom, top):
        W, b = self.blobs
        np.matmul(bottom[0].data, W.data, out=top[0].data)
        top[0].data += b.data

    def backward(self, top, propagate_down, bottom):
        W, b = self.blobs
        np.matmul(bottom[0].data.T, top[0].diff, out=W.diff)
        b.diff[:] = top[0].diff.sum(axis=0)
        if propagate_down[0]:
            np.matmul(top[0].diff, W.data.T, out=bottom[0].diff)


class ReLU(Layer):
    """max(x, 0). The output is positive where the input was."""

    backward_reads = ("top",)
    in_place_works = True

    def forward(self, bottom, top):
        np.maximum(bottom[0].data, 0, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            np.multiply(top[0].diff, top[0].data > 0, out=bottom[0].diff)


class Sigmoid(Layer):
    """1 / (1 + exp(-x)), with the derivative s (1 - s) from the output s."""

    backward_reads = ("top",)
    in_place_works = True

    def forward(self, bottom, top):
        top[0].data[:] = 1 / (1 + np.exp(-bottom[0].data))

    def backward(self, top, propagate_down, bottom):
        s = top[0].data
        if propagate_down[0]:
            np.multiply(top[0].diff, s * (1 - s), out=bottom[0].diff)


class Square(Layer):
    """x squared. Backward reads the input, which an output in its place destroys."""

    backward_reads = ("bottom",)

    def forward(self, bottom, top):
        np.square(bottom[0].data, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            np.multiply(top[0].diff, 2 * bottom[0].data, out=bottom[0].diff)


class Scale(Layer):
    """A fixed number times x. Backward reads no data at all."""

    in_place_works = True

    def __init__(self, name, bottom, top, factor):
        super().__init__(name, bottom, top)
        self.factor = factor

    def forward(self, bottom, top):
        np.multiply(bottom[0].data, self.factor, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            np.multiply(top[0].diff, self.factor, out=bottom[0].diff)


class Split(Layer):
    """Hand one blob to several users; their diffs add up."""

    def top_shapes(self, shape):
        return [shape] * len(self.top)

    def forward(self, bottom, top):
        for blob in top:
            blob.data[:] = bottom[0].data

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            np.sum([blob.diff for blob in top], axis=0, out=bottom[0].diff)


class Eltwise(Layer):
    """The sum of two blobs of one shape."""

    def top_shapes(self, one, other):
        if one != other:
            raise ShapeError(f"{self.name}: cannot add {one} and {other}")
        return [one]

    def forward(self, bottom, top):
        np.add(bottom[0].data, bottom[1].data, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        for wanted, blob in zip(propagate_down, bottom):
            if wanted:
                blob.diff[:] = top[0].diff


class SoftmaxWithLoss(Layer):
    """Mean cross-entropy of softmax(logits), for class indices in the second bottom."""

    def top_shapes(self, logits, labels):
        return [()]

    def forward(self, bottom, top):
        z, y = bottom[0].data, bottom[1].data.astype(int)
        shifted = z - z.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=1))
        self.probabilities = np.exp(shifted - log_sum[:, None])
        top[0].data[...] = (log_sum - shifted[np.arange(len(y)), y]).mean()

    def backward(self, top, propagate_down, bottom):
        y = bottom[1].data.astype(int)
        error = self.probabilities.copy()
        error[np.arange(len(y)), y] -= 1
        bottom[0].diff[:] = error * (top[0].diff / len(y))


class Net:
    """Layers in order, and the blobs between them.

    `inputs`: {name: shape} of the blobs that `forward` is given. `check`: refuse
    layers in place that would make gradients wrong. Raises NetError, InPlaceError.
    """

    def __init__(self, layers, inputs, check=True):
        self.layers = list(layers)
        if check:
            check_wiring(self.layers)
            check_in_place(self.layers)
        self.blobs = {name: Blob(np.zeros(shape)) for name, shape in inputs.items()}
        wanted = dict.fromkeys(inputs, False)
        self.steps = []
        for layer in self.layers:
            bottom = [self.blobs[name] for name in layer.bottom]
            shapes = layer.top_shapes(*(blob.data.shape for blob in bottom))
            down = [wanted[name] for name in layer.bottom]
            for name, shape in zip(layer.top, shapes):
                if name not in layer.bottom:
                    self.blobs[name] = Blob(np.zeros(shape))
                wanted[name] = any(down) or bool(layer.blobs)
            top = [self.blobs[name] for name in layer.top]
            self.steps.append((layer, bottom, top, down))

    def forward(self, **arrays):
        """Copy `arrays` into the input blobs, run every layer, return the last top."""
        for name, array in arrays.items():
            self.blobs[name].data[...] = array
        for layer, bottom, top, _ in self.steps:
            layer.forward(bottom, top)
        return float(top[0].data)

    def backward(self):
        """Fill every diff, from the last layer, whose diff is 1, to the first."""
        self.steps[-1][2][0].diff[...] = 1
        for layer, bottom, top, down in reversed(self.steps):
            if layer.blobs or any(down):
                layer.backward(top, down, bottom)

    def parameters(self):
        """Return the blobs of all layers."""
        return [blob for layer in self.layers for blob in layer.blobs]

    def nbytes(self):
        """Bytes of the blobs between the layers, data and diffs."""
        return sum(blob.nbytes for blob in self.blobs.values())


def check_wiring(layers):
    """Refuse a blob that two layers read: the second diff would replace the first."""
    readers = Counter(
        name for layer in layers for name in layer.bottom if name not in layer.top
    )
    for name, count in readers.items():
        if count > 1:
            raise NetError(
                f"blob {name!r}: {count} layers read it, and each would overwrite "
                "its diff; put a Split between"
            )


def check_in_place(layers):
    """Refuse a layer in place whose own backward, or that of a layer before, breaks.

    A layer that made a blob, or read it, may need in backward what a later layer in
    place has overwritten by then.
    """
    needed_by = {}
    for layer in layers:
        for name in set(layer.bottom) & set(layer.top):
            if not layer.in_place_works:
                raise InPlaceError(
                    f"{layer.name}: {type(layer).__name__} cannot work in place: its "
                    f"backward reads its bottom; give top {name!r} another name"
                )
            if name in needed_by:
                raise InPlaceError(
                    f"{layer.name}: in place on {name!r} it would destroy what the "
                    f"backward of {needed_by[name]} reads; give its top another name"
                )
        for side in layer.backward_reads:
            needed_by |= dict.fromkeys(getattr(layer, side), layer.name)
