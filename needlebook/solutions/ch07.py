# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Solutions to the exercises of chapter 7."""

import numpy as np

from needlebook import init, nn, ops
from needlebook.data import Transform
from needlebook.data.drawing import draws
from needlebook.frameworks import session as tf
from needlebook.frameworks.caffe import Layer, ReLU, Scale
from needlebook.frameworks.trace import Trace
from needlebook.training import Callback
from needlebook.training.checkpoints import load_model, model_state
from needlebook.traversal import find_topo_sort


class TanhLayer(Layer):
    """Hyperbolic tangent; its rule reads the output, so it may work in place."""

    backward_reads = ("top",)
    in_place_works = True

    def forward(self, bottom, top):
        np.tanh(bottom[0].data, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            np.multiply(top[0].diff, 1 - top[0].data ** 2, out=bottom[0].diff)


def may_follow_in_place(before, after):
    """Whether `after` may work in place on what `before` made.

    ReLU reads no more than where its output is above 0, and some layers keep that.
    """
    if not after.in_place_works:
        return False
    if "top" not in before.backward_reads:
        return True
    keeps_sign = (
        isinstance(after, ReLU) or isinstance(after, Scale) and after.factor > 0
    )
    return isinstance(before, ReLU) and keeps_sign


def hessian_vector(output, x, v):
    """Describe the Hessian of `output` by `x`, times `v`: gradients of gradients."""
    slope = tf.gradients(output, [x])[0]
    return tf.gradients(tf.reduce_sum(slope * v), [x])[0]


def first_not_finite(session, output, feeds):
    """Name the first node behind `output` whose value is not finite, with its line."""
    nodes = [node for node in find_topo_sort([output]) if node.op is not None]
    for node, value in zip(nodes, session.run(nodes, feeds)):
        if not np.all(np.isfinite(value)):
            return node.name, *node.where
    return None


def best_cut(widths, batch):
    """Where to cut a chain of layers in two devices, and the bytes a step then sends.

    `widths`: features after each layer. What crosses goes forward, its adjoint back.
    """
    sent = [2 * 8 * batch * width for width in widths[:-1]]
    return sent.index(min(sent)), min(sent)


def retraced(function, condition):
    """Return a function that keeps one Trace for each value of condition(*arrays)."""
    traces = {}

    def call(*arrays):
        key = condition(*arrays), *(np.shape(array) for array in arrays)
        if key not in traces:
            traces[key] = Trace(function, *arrays)
        return traces[key](*arrays)

    call.traces = traces
    return call


class Highway(nn.Module):
    """g * fn(x) + (1 - g) * x, with a gate g = sigmoid(gate(x))."""

    def __init__(self, fn, gate):
        super().__init__()
        self.fn, self.gate = fn, gate

    def forward(self, x):
        g = (ops.exp(-self.gate(x)) + 1.0) ** -1
        return x + g * (self.fn(x) - x)


def unrolled(body, state, steps, *inputs):
    """Describe `steps` rounds of a loop, one after the other, with gradients."""
    for step in range(steps):
        state = body(tf.constant(step), state, *inputs)
    return state


class SmoothedLoss(nn.Module):
    """Softmax loss whose label gives `smoothing` of its weight to the other classes."""

    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing, self.hard = smoothing, nn.SoftmaxLoss()

    def forward(self, logits, y):
        m, k = logits.shape
        s = self.smoothing / (k - 1)
        one_hot = init.one_hot(k, y, dtype=logits.dtype)
        right = (logits * one_hot).sum()
        away = (k * right - logits.sum()) / m
        return self.hard(logits, y) + s * away


def penalty_for_decay(decay, lr):
    """Strength of the penalty that shrinks weights by 1 - decay in a step of SGD."""
    return decay / lr


class Sometimes(Transform):
    """`transform` with probability p, else the image as it is."""

    def __init__(self, transform, p):
        self.transform, self.p = transform, p

    def __call__(self, x):
        return self.transform(x) if draws().rand() < self.p else x


def balanced_order(labels, n, rng):
    """n indices, drawn with replacement, in which all classes are equally likely."""
    _, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    weights = 1 / counts[places]
    return rng.choice(len(labels), size=n, p=weights / weights.sum())


def restarts(steps, grow=2):
    """Cosines from 1 towards 0, each `grow` times as long as the one before."""

    def factor(step):
        length = steps
        while step >= length:
            step, length = step - length, length * grow
        return (1 + np.cos(np.pi * step / length)) / 2

    return factor


class KeepBest(Callback):
    """Puts back, at the end, the parameters of the epoch with the lowest `key`."""

    def __init__(self, key="validation loss"):
        self.key, self.lowest, self.kept = key, float("inf"), None

    def on_epoch(self, trainer, record):
        if record[self.key] < self.lowest:
            self.lowest, self.kept = record[self.key], model_state(trainer.model)

    def on_end(self, trainer):
        if self.kept is not None:
            load_model(trainer.model, self.kept)

    def state_dict(self):
        return {"lowest": self.lowest, "kept": self.kept}

    def load_state_dict(self, state):
        self.lowest, self.kept = state["lowest"], state["kept"]


def differences(rows, ignore=("run",)):
    """Columns in which rows differ, each with its values in order (None: missing)."""
    names = dict.fromkeys(name for row in rows for name in row if name not in ignore)
    columns = {name: [row.get(name) for row in rows] for name in names}
    return {k: v for k, v in columns.items() if any(item != v[0] for item in v)}


def scale_by_data(model, x):
    """Scale each Linear of a Sequential so that its outputs on x have deviation 1.

    Returns the deviations before.
    """
    found = []
    for layer in model.modules:
        if isinstance(layer, nn.Linear):
            deviation = float(layer(x).numpy().std())
            layer.weight.data = layer.weight.data / deviation
            if layer.bias is not None:
                layer.bias.data = layer.bias.data / deviation
            found.append(deviation)
        x = layer(x)
    return found


def equal_pull(losses, parameters):
    """Weights, their sum the number of losses, that make the gradient norms equal."""
    inverse = []
    for loss in losses:
        for p in parameters:
            p.grad = None
        loss.backward()
        parts = [p.grad.numpy().ravel() for p in parameters if p.grad is not None]
        inverse.append(1 / np.linalg.norm(np.concatenate(parts)))
    return [len(losses) * part / sum(inverse) for part in inverse]
