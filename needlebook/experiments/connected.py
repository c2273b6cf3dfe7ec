# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Fully connected networks with bias, made of the operations of chapter 5."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.experiments.autograd_training import softmax_loss
from needlebook.manual import toy


class Connected:
    """z_{i+1} = relu(z_i W_i + b_i); the last layer has no relu.

    `sizes`: n_1, ..., n_{L+1}. Weights are normal with standard deviation `std`,
    or sqrt(2 / n_i) if it is None; biases are 0.
    """

    def __init__(self, sizes, seed=0, bias=True, std=None, dtype="float32"):
        rng = np.random.default_rng(seed)
        pairs = list(zip(sizes, sizes[1:]))
        self.weights = [
            Tensor(rng.normal(0, std or np.sqrt(2 / n), (n, k)), dtype=dtype)
            for n, k in pairs
        ]
        self.biases = [Tensor(np.zeros((1, k)), dtype=dtype) for _, k in pairs if bias]

    def parameters(self):
        return self.weights + self.biases

    def __call__(self, Z):
        """Return the logits (m, k) of the Tensor Z (m, n_1)."""
        for i, W in enumerate(self.weights):
            Z = Z @ W
            if self.biases:
                Z = Z + self.biases[i]
            if i < len(self.weights) - 1:
                Z = ops.relu(Z)
        return Z


@cache
def digits():
    """Return the digits X (1797, 64), float32 in [0, 1], and y; not to be changed."""
    X, y = toy.digits()
    return X.astype("float32"), y


def loss_on(network, X, y):
    """Return the softmax loss, a Tensor, on the arrays X (m, n_1) and y (m,)."""
    classes = network.weights[-1].shape[1]
    dtype = network.weights[0].dtype
    one_hot = Tensor(np.eye(classes, dtype=dtype)[y], requires_grad=False)
    return softmax_loss(network(Tensor(X, dtype=dtype, requires_grad=False)), one_hot)


def train(network, optimizer, X, y, steps, batch=64, seed=0, watch=None):
    """Take `steps` steps on random batches; return the loss of each batch.

    `watch(step)` is called between the gradient and the step. `batch` None: all of X.
    """
    rng, losses = np.random.default_rng(seed), []
    for step in range(steps):
        rows = slice(None) if batch is None else rng.integers(len(X), size=batch)
        loss = loss_on(network, X[rows], y[rows])
        loss.backward()
        if watch:
            watch(step)
        optimizer.step()
        losses.append(loss.numpy().item())
    return np.array(losses)


@dataclass(frozen=True)
class BiasMemory:
    """Bytes of a bias as a vector and as a matrix, and how their gradients differ."""

    vector: int
    matrix: int
    difference: float


def bias_memory(rows, columns, seed=0):
    """Compare a bias vector, repeated by broadcasting, with a matrix of equal rows."""
    rng = np.random.default_rng(seed)
    X = Tensor(rng.normal(size=(rows, columns)), requires_grad=False)
    vector = Tensor(rng.normal(size=(1, columns)))
    matrix = Tensor(np.repeat(vector.numpy(), rows, axis=0))
    for bias in (vector, matrix):
        (ops.exp(X + bias) * X).sum().backward()
    summed = matrix.grad.numpy().sum(axis=0, keepdims=True)
    difference = float(abs(vector.grad.numpy() - summed).max())
    sizes = [bias.realize_cached_data().nbytes for bias in (vector, matrix)]
    return BiasMemory(*sizes, difference)
