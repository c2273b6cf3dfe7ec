# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Solutions to the exercises of chapter 9."""

import numpy as np

from needlebook import nn, ops
from needlebook.autograd import Tensor
from needlebook.experiments import normalized as net
from needlebook.experiments.curve_fits import ridge
from needlebook.manual import toy


def same_after_layer_norm(a, b, x):
    """Largest difference between the layer norms of the rows of x and of a x + b."""
    one, other = (ops.standardize(rows, 1, eps=0.0)[0] for rows in (x, a * x + b))
    return float(abs(one - other).max())


def fold(linear, norm):
    """One Linear that computes norm(linear(x)) of evaluation mode."""
    scale = norm.weight.numpy() / np.sqrt(norm.running_var.numpy() + norm.eps)
    before = 0 if linear.bias is None else linear.bias.numpy()
    folded = nn.Linear(linear.in_features, linear.out_features)
    folded.weight.data = Tensor(linear.weight.numpy() * scale)
    shift = (before - norm.running_mean.numpy()) * scale + norm.bias.numpy()
    folded.bias.data = Tensor(shift.reshape(1, -1))
    return folded


def rms_norm(x, weight, eps=1e-5):
    """Rows of x (m, n) divided by their root mean square, times weight (n,)."""
    return weight * (x * (ops.mean_along(x**2, 1) + eps) ** -0.5)


def radial_share(norm, seed=0):
    """|<W, gradient>| by the norms of both, for the first weights of a network."""
    X, y, _, _ = net.digits(seed)
    model = net.mlp([64, 50, 10], norm, bias=False, seed=seed)
    net.loss(model, X, y).backward()
    W = model.modules[0].weight
    weight, gradient = W.numpy(), W.grad.numpy()
    size = np.linalg.norm(weight) * np.linalg.norm(gradient)
    return float(abs((weight * gradient).sum()) / size)


def unbiased_ratio(m, steps=200):
    """Ratio of the unbiased to the biased running variance for batches of m."""
    rng = np.random.default_rng(0)
    norms = [nn.BatchNorm1d(10, unbiased=flag) for flag in (True, False)]
    for _ in range(steps):
        batch = Tensor(rng.normal(size=(m, 10)), requires_grad=False)
        for norm in norms:
            norm(batch)
    one, other = (norm.running_var.numpy() for norm in norms)
    return float((one / other).mean())


def predictability(norm, seed, rate=0.3, steps=20):
    """Mean cosine between the gradients before and after a step of size `rate`."""
    X, y, _, _ = net.digits(seed)
    model = net.mlp([64, *[50] * 6, 10], norm, seed=seed)
    before, cosines = None, []
    for _ in range(steps):
        net.loss(model, X, y).backward()
        gradients = [p.grad.numpy() for p in model.parameters()]
        now = np.concatenate([g.ravel() for g in gradients])
        if before is not None:
            cosines.append(now @ before / np.linalg.norm(now) / np.linalg.norm(before))
        before = now
        for p, g in zip(model.parameters(), gradients, strict=True):
            p.data = Tensor(p.numpy() - rate * g)
    return float(np.mean(cosines))


def ghost_batch_norm(x, weight, bias, size):
    """Batch norm of each group of `size` rows of x (m, n); m a multiple of size."""
    m, n = x.shape
    groups = x.reshape((m // size, size, n))
    return weight * ops.standardize(groups, 1)[0].reshape((m, n)) + bias


def residual_errors(norm, seed, depth=50, steps=60):
    """Training error of a residual network on the digits after `steps` steps."""
    X, y, _, _ = net.digits(seed)
    np.random.seed(seed)
    blocks = []
    for _ in range(depth):
        inner = [nn.Linear(50, 50), *([norm(50)] if norm else []), nn.ReLU()]
        blocks.append(nn.Residual(nn.Sequential(*inner)))
    model = nn.Sequential(nn.Linear(64, 50), *blocks, nn.Linear(50, 10))
    net.fit(model, X, y, steps, 0.01, seed=seed)
    for block in blocks:
        block.train()
    return net.error(model, X, y)


def drop_exactly(x, k, rng):
    """Keep exactly k of the n features in each row of x (m, n), times n / k."""
    n = x.shape[1]
    kept = rng.random(x.shape).argsort(axis=1).argsort(axis=1) < k
    return x * kept * (n / k)


def stopped_early(X, y, lr, steps):
    """Weights after `steps` of gradient descent from 0 on |Xw - y|^2 / 2, no loop."""
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    learned = 1 - (1 - lr * s**2) ** steps
    return Vt.T @ (learned / s * (U.T @ y))


def error_by_width(widths, lam=0.0, m=150, seed=0):
    """Test error of ridge on random ReLU features of m digits, for each width."""
    rng = np.random.default_rng(seed)
    X, y, X_test, y_test = toy.split(*toy.digits(), rng, m)
    errors = []
    for width in widths:
        R = rng.normal(size=(X.shape[1], width)) / np.sqrt(width)
        W = ridge(np.maximum(X @ R, 0), np.eye(10)[y], lam)
        found = (np.maximum(X_test @ R, 0) @ W).argmax(axis=1)
        errors.append(float(np.mean(found != y_test)))
    return np.array(errors)


def smallest_norm(W_in, W_out):
    """Smallest |W_in|^2 + |W_out|^2 over all rescalings of the hidden ReLU units.

    W_in (n, h) with the bias as a row, W_out (h, k).
    """
    coming = np.linalg.norm(W_in, axis=0)
    going = np.linalg.norm(W_out, axis=1)
    return float(2 * np.sum(coming * going))


def dropout_loss(X, y, w, p):
    """Mean over all masks of the mean squared error of Xw, inputs dropped with p."""
    fitted = np.mean((X @ w - y) ** 2)
    return float(fitted + p / (1 - p) * np.mean(X**2 @ w**2))


class Decoupled:
    """An optimizer with decay beside its steps: AdamW out of Adam."""

    def __init__(self, optimizer, lam):
        self.optimizer, self.lam = optimizer, lam

    def step(self):
        """Shrink every parameter that has a gradient, then let the optimizer step."""
        for p in self.optimizer.params:
            if p.grad is not None:
                p.data = (1 - self.optimizer.lr * self.lam) * p.data
        self.optimizer.step()

    def reset_grad(self):
        """Forget all gradients."""
        self.optimizer.reset_grad()


def variance_shift(mean, variance, p):
    """Variance of dropped features over that of whole ones, for their mean, variance.

    What batch norm collects in training behind a Dropout, over what it then meets.
    """
    square = variance + mean**2
    return (square / (1 - p) - mean**2) / variance


def steps_to_settle(norm, settled, lr, lam):
    """Steps until decay alone brings weights of length `norm` to length `settled`."""
    return int(np.ceil(np.log(settled / norm) / np.log(1 - lr * lam)))
