# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Fifty layers of a hundred units: norms by depth, before and after training."""

from dataclasses import dataclass

import numpy as np

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.experiments.autograd_training import softmax_loss
from needlebook.manual import toy


def digits(seed=0, train=1500):
    """The 8 x 8 digits in float32, shuffled: X, y to train on and X, y to test on."""
    X, y = toy.digits()
    data = X.astype("float32"), y
    return toy.split(*data, np.random.default_rng(seed), train)


@dataclass(frozen=True)
class Profile:
    """What a batch finds in each hidden layer: arrays with one number for each.

    RMS and variance of the activations, norm of the loss's gradient by them; norm of
    the gradient by the weights; variance and norm of the weights; and the loss.
    """

    activations: np.ndarray
    gradients: np.ndarray
    variances: np.ndarray
    loss: float
    activation_variances: np.ndarray
    activation_gradients: np.ndarray
    weight_norms: np.ndarray


def rms(array):
    """Return the root of the mean square of all elements."""
    return np.sqrt(np.mean(np.square(array, dtype=float)))


class FiftyLayers:
    """A ReLU network without bias whose weights have variance `c` / fan_in.

    `normalization`: function of the width that returns a Module to put before each
    activation, or None. `draw`: function (fan_in, fan_out) that returns the weights of
    a layer, in place of normal ones. `start` keeps a copy of the first weights.
    """

    def __init__(
        self,
        n_in,
        classes,
        c=2.0,
        depth=50,
        width=100,
        normalization=None,
        seed=0,
        draw=None,
    ):
        rng = np.random.default_rng(seed)
        draw = draw or (lambda n, k: rng.normal(0, np.sqrt(c / n), (n, k)))
        sizes = [n_in, *[width] * depth, classes]
        self.weights = [
            Tensor(draw(n, k), dtype="float32", requires_grad=True)
            for n, k in zip(sizes, sizes[1:])
        ]
        self.start = [W.numpy().copy() for W in self.weights]
        count = depth if normalization else 0
        self.norms = [normalization(width) for _ in range(count)]

    def parameters(self):
        """Return weights, then what the normalizations train."""
        return self.weights + [p for norm in self.norms for p in norm.parameters()]

    def forward(self, X):
        """Return the logits and the activations of every hidden layer, Tensors."""
        activations = []
        for i, W in enumerate(self.weights[:-1]):
            X = X @ W
            if self.norms:
                X = self.norms[i](X)
            X = ops.relu(X)
            activations.append(X)
        return X @ self.weights[-1], activations

    def loss(self, X, y):
        """Return the loss on arrays X (m, n_in) and y (m,), and the activations."""
        logits, activations = self.forward(Tensor(X, requires_grad=False))
        one_hot = np.eye(logits.shape[1], dtype=logits.dtype)[y]
        return softmax_loss(logits, Tensor(one_hot, requires_grad=False)), activations

    def profile(self, X, y):
        """Return the Profile on examples X (m, n_in) with labels y (m,)."""
        loss, activations = self.loss(X, y)
        loss.backward()
        hidden = [W.numpy() for W in self.weights[:-1]]
        norm = np.linalg.norm
        return Profile(
            np.array([rms(a.numpy()) for a in activations]),
            np.array([norm(W.grad.numpy()) for W in self.weights[:-1]]),
            np.array([W.var() for W in hidden]),
            loss.numpy().item(),
            np.array([a.numpy().var(dtype=float) for a in activations]),
            np.array([norm(a.grad.numpy()) for a in activations]),
            np.array([norm(W) for W in hidden]),
        )

    def logits(self, X):
        """Return the logits of examples X (m, n_in), an array; norms in eval mode."""
        for norm in self.norms:
            norm.eval()
        found = self.forward(Tensor(X, requires_grad=False))[0].numpy()
        for norm in self.norms:
            norm.train()
        return found

    def activations(self, X):
        """Return the activations of every hidden layer on X (m, n_in), arrays."""
        return [a.numpy() for a in self.forward(Tensor(X, requires_grad=False))[1]]

    def flat(self, weights=None):
        """Return all weights, or a list shaped like them, in one vector."""
        weights = weights or [W.numpy() for W in self.weights]
        return np.concatenate([W.ravel() for W in weights])

    def error(self, X, y):
        """Return the share of the examples X (m, n_in) that are not given label y."""
        return float(np.mean(self.logits(X).argmax(axis=1) != y))

    def moved(self):
        """Return by layer, the last included, ||W - W_start|| / ||W_start||."""
        return np.array(
            [
                np.linalg.norm(W.numpy() - start) / np.linalg.norm(start)
                for W, start in zip(self.weights, self.start)
            ]
        )


@dataclass(frozen=True)
class Run:
    """The loss of each step, and (step, layer) where a number was not finite, or None.

    Layers are counted from 1; depth + 1 means the logits or the loss.
    """

    losses: np.ndarray
    failed: tuple | None


@np.errstate(over="ignore", invalid="ignore")
def train(network, X, y, optimizer, steps, batch=50, seed=0):
    """Train for `steps` batches, or until the loss is not finite; return the Run.

    `optimizer`: function of the list of parameters that returns an Optimizer.
    """
    rng = np.random.default_rng(seed)
    optimizer, losses = optimizer(network.parameters()), []
    for step in range(steps):
        some = rng.integers(0, len(X), batch)
        loss, activations = network.loss(X[some], y[some])
        losses.append(loss.numpy().item())
        if not np.isfinite(losses[-1]):
            finite = [bool(np.isfinite(a.numpy()).all()) for a in activations]
            return Run(np.array(losses), (step, [*finite, False].index(False) + 1))
        loss.backward()
        optimizer.step()
    return Run(np.array(losses), None)
