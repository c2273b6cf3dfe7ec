# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""One residual network, three ways to program it, the same numbers."""

import numpy as np

from needlebook import nn
from needlebook.autograd import Tensor
from needlebook.experiments.autograd_training import softmax_loss
from needlebook.frameworks import caffe
from needlebook.frameworks import session as tf
from needlebook.manual import toy

SIZES = {"in": (64, 32), "1": (32, 16), "2": (16, 32), "out": (32, 10)}


def draw_weights(seed=0):
    """Return {name: array}: for each layer of SIZES a matrix W and a row b."""
    rng = np.random.default_rng(seed)
    weights = {}
    for name, (n, k) in SIZES.items():
        weights["W_" + name] = rng.normal(0, np.sqrt(2 / n), (n, k))
        weights["b_" + name] = rng.normal(0, 0.1, k)
    return weights


def batches(steps=20, size=50, seed=0):
    """Yield `steps` batches (X, y) of the 8 x 8 digits."""
    X, y = toy.digits()
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        chosen = rng.integers(len(X), size=size)
        yield X[chosen], y[chosen]


def layers(w, in_place=True):
    """Return the network as Caffe wires it."""

    def ip(name, bottom, top):
        return caffe.InnerProduct(
            "ip_" + name, bottom, top, w["W_" + name], w["b_" + name]
        )

    def relu(blob):
        top = blob if in_place else blob + "_relu"
        return caffe.ReLU("relu_" + blob, blob, top), top

    relu_h, h = relu("h")
    relu_r, r = relu("r")
    relu_s, s = relu("s")
    return [
        ip("in", "data", "h"),
        relu_h,
        caffe.Split("split", h, "branch skip"),
        ip("1", "branch", "r"),
        relu_r,
        ip("2", r, "r2"),
        caffe.Eltwise("sum", "r2 skip", "s"),
        relu_s,
        ip("out", s, "logits"),
        caffe.SoftmaxWithLoss("loss", "logits label", "loss"),
    ]


class Layers:
    """Training by a Net: blobs are filled, diffs are subtracted."""

    def __init__(self, weights, size=50, in_place=True):
        inputs = {"data": (size, 64), "label": (size,)}
        self.names = list(weights)
        self.net = caffe.Net(layers(weights, in_place), inputs)

    def step(self, X, y, lr):
        loss = self.net.forward(data=X, label=y)
        self.net.backward()
        for blob in self.net.parameters():
            blob.data -= lr * blob.diff
        return loss

    def weights(self):
        return dict(zip(self.names, (blob.data for blob in self.net.parameters())))


def logits_of(x, w):
    """Describe the logits for a placeholder `x` and variables `w`."""
    h = tf.relu(tf.matmul(x, w["W_in"]) + w["b_in"])
    r = tf.relu(tf.matmul(h, w["W_1"]) + w["b_1"])
    h = h + (tf.matmul(r, w["W_2"]) + w["b_2"])
    with x.graph.device(w["W_out"].device):
        return tf.matmul(tf.relu(h), w["W_out"]) + w["b_out"]


class Described:
    """Training by a Session: the step itself is a part of the graph."""

    def __init__(self, weights, optimize=True, devices=("device 0", "device 0")):
        with tf.Graph() as graph:
            self.x = tf.placeholder((None, 64), "x")
            self.y = tf.placeholder((None, 10), "y")
            self.lr = tf.placeholder((), "lr")
            self.w = {}
            for name, value in weights.items():
                with graph.device(devices[name.endswith("out")]):
                    self.w[name] = tf.variable(value, name)
            self.logits = logits_of(self.x, self.w)
            with graph.device(devices[1]):
                self.loss = tf.softmax_loss(self.logits, self.y)
            variables = list(self.w.values())
            self.gradients = tf.gradients(self.loss, variables)
            pairs = zip(variables, self.gradients)
            self.train = [tf.assign(v, v - self.lr * g) for v, g in pairs]
        self.session = tf.Session(graph, optimize)
        self.session.initialize()

    def feeds(self, X, y, lr):
        return {self.x: X, self.y: np.eye(10)[y], self.lr: lr}

    def step(self, X, y, lr):
        return self.session.run([self.loss, *self.train], self.feeds(X, y, lr))[0]

    def weights(self):
        return {name: self.session.variables[v] for name, v in self.w.items()}


class Network(nn.Module):
    """The network as modules: a forward pass, nothing else."""

    def __init__(self, dtype="float64"):
        super().__init__()
        linear = {name: nn.Linear(*sizes, dtype=dtype) for name, sizes in SIZES.items()}
        self.body = nn.Sequential(
            linear["in"],
            nn.ReLU(),
            nn.Residual(nn.Sequential(linear["1"], nn.ReLU(), linear["2"])),
            nn.ReLU(),
            linear["out"],
        )

    def forward(self, x):
        return self.body(x)


class Recorded:
    """Training by backward: the graph is what a step leaves behind."""

    def __init__(self, weights):
        self.model, self.names = Network(), list(weights)
        for parameter, value in zip(self.model.parameters(), weights.values()):
            parameter.data = Tensor(value.reshape(parameter.shape))

    def loss(self, X, y):
        one_hot = Tensor(np.eye(10)[y], requires_grad=False)
        return softmax_loss(self.model(Tensor(X, requires_grad=False)), one_hot)

    def step(self, X, y, lr):
        loss = self.loss(X, y)
        loss.backward()
        for parameter in self.model.parameters():
            parameter.data = parameter.data - lr * parameter.grad.data
        return loss.numpy().item()

    def weights(self):
        arrays = (p.numpy() for p in self.model.parameters())
        return {
            name: a.reshape(-1) if name[0] == "b" else a
            for name, a in zip(self.names, arrays)
        }


def train(style, steps=20, lr=0.1):
    """Train a style on the batches; return the loss of each step."""
    return np.array([style.step(X, y, lr) for X, y in batches(steps)])


def largest_difference(one, other):
    """Largest difference between the weights of two styles."""
    pairs = zip(one.weights().values(), other.weights().values())
    return max(float(abs(a - b).max()) for a, b in pairs)
