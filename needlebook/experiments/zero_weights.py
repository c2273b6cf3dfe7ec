# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Where zero weights lie: no gradient, curvature of both signs, equal units (L6.29)."""

import numpy as np

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.derivatives import hvp
from needlebook.experiments.autograd_training import softmax_loss
from needlebook.experiments.fifty_layers import FiftyLayers, digits, train
from needlebook.optim import SGD


def tanh(x):
    """Hyperbolic tangent of each element, put together from operations that exist."""
    return 2 / (1 + ops.exp(-2 * x)) - 1


def small_task(seed=0):
    """X (30, 3) standard normal and one-hot labels (30, 2): is x_1 + x_2 > 0?"""
    X = np.random.default_rng(seed).normal(size=(30, 3))
    return X, np.eye(2)[(X[:, 0] + X[:, 1] > 0).astype(int)]


def loss_at(theta, sizes, activation):
    """Loss on the small task; all weights, no bias, lie in the Tensor theta (p, 1)."""
    X, one_hot = (Tensor(a, requires_grad=False) for a in small_task())
    start, p = 0, theta.shape[0]
    for i, (n, k) in enumerate(zip(sizes, sizes[1:])):
        part = Tensor(np.eye(n * k, p, start), requires_grad=False) @ theta
        X = (activation(X) if i else X) @ ops.reshape(part, (n, k))
        start += n * k
    return softmax_loss(X, one_hot)


def count(sizes):
    """Return the number of weights between layers of these sizes."""
    return sum(n * k for n, k in zip(sizes, sizes[1:]))


def at_zero(sizes, activation):
    """Return the largest gradient entry and the Hessian's eigenvalues at zero."""
    p = count(sizes)
    theta = Tensor(np.zeros((p, 1)))
    loss_at(theta, sizes, activation).backward()
    columns = [
        hvp(lambda t: loss_at(t, sizes, activation), theta, Tensor(unit[:, None]))
        for unit in np.eye(p)
    ]
    hessian = np.hstack([column.numpy() for column in columns])
    return abs(theta.grad.numpy()).max(), np.linalg.eigvalsh((hessian + hessian.T) / 2)


def predicted_eigenvalues(hidden):
    """Return singular values of X^T (S - I_y) / m with both signs, `hidden` times."""
    X, one_hot = small_task()
    values = np.linalg.svd(X.T @ (0.5 - one_hot) / len(X), compute_uv=False)
    zeros = np.zeros((3 - 2) * hidden)
    return np.sort(np.concatenate([*[values, -values] * hidden, zeros]))


def along_a_line(layers, scales, sign=1, seed=0):
    """Return the change of the loss at weights scales * direction, ReLU, 4 units wide.

    The direction: random hidden weights; the last layer reads what lowers the loss, or,
    with sign -1, what raises it.
    """
    rng = np.random.default_rng(seed)
    X, one_hot = small_task()
    hidden, Z = [], X
    for n in [3, *[4] * (layers - 2)]:
        hidden.append(rng.normal(size=(n, 4)))
        Z = np.maximum(Z @ hidden[-1], 0)
    last = -sign * Z.T @ (0.5 - one_hot)
    direction = np.concatenate([W.ravel() for W in [*hidden, last]])[:, None]
    sizes = [3, *[4] * (layers - 1), 2]
    return np.array(
        [
            loss_at(Tensor(t * direction), sizes, ops.relu).numpy().item() - np.log(2)
            for t in scales
        ]
    )


def zeros_with_bias(steps=60, lr=1.0, hidden=20):
    """Train a two-layer network from zero weights and biases on: is the digit a 0?

    Returns the final loss, the entropy of the labels, and the largest weight.
    """
    X, labels, _, _ = digits()
    y = (labels == 0).astype(int)
    X, one_hot = (Tensor(a, requires_grad=False) for a in (X, np.eye(2)[y]))
    shapes = [(64, hidden), (hidden,), (hidden, 2), (2,)]
    W1, b1, W2, b2 = theta = [Tensor(np.zeros(shape)) for shape in shapes]
    optimizer = SGD(theta, lr=lr)
    for _ in range(steps):
        loss = softmax_loss(ops.relu(X @ W1 + b1) @ W2 + b2, one_hot)
        loss.backward()
        optimizer.step()
    share = y.mean()
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    largest = max(abs(W.numpy()).max() for W in (W1, W2))
    return loss.numpy().item(), float(entropy), float(largest)


def equal_units(noise=0.0, width=40, steps=400, value=0.01):
    """Train from equal weights, plus noise; return (spread, rank, test error).

    Spread: the largest difference between two hidden units' incoming weights, relative
    to the largest weight. Rank: of the first weight matrix.
    """
    rng = np.random.default_rng(0)
    X, y, X_test, y_test = digits()
    network = FiftyLayers(
        64,
        10,
        depth=1,
        width=width,
        draw=lambda n, k: value + noise * rng.normal(size=(n, k)),
    )
    train(network, X, y, lambda p: SGD(p, lr=0.1), steps)
    W = network.weights[0].numpy()
    spread = float((W.max(axis=1) - W.min(axis=1)).max() / abs(W).max())
    return spread, int(np.linalg.matrix_rank(W)), network.error(X_test, y_test)
