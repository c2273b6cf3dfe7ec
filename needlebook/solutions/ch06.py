# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Solutions to the exercises of chapter 6."""

import math

import numpy as np

from needlebook import init
from needlebook.autograd import Tensor
from needlebook.derivatives import hvp
from needlebook.experiments.fifty_layers import rms
from needlebook.experiments.signals import second_moments
from needlebook.optim import Adam, Optimizer


def half_life(beta):
    """Steps after which half of the weight of a gradient has been given out."""
    return float(np.log(0.5) / np.log(beta))


def fold_bias(X, W, b):
    """Return X1 (m, n + 1) and W1 (n + 1, k) with X1 W1 = X W + b, for b (k,)."""
    return np.hstack([X, np.ones((len(X), 1))]), np.vstack([W, b])


def largest_stable_step(function, x, steps=100):
    """Return 2 / lambda_max of the Hessian at x, by power iteration on products."""
    v = np.random.default_rng(0).normal(size=x.shape)
    for _ in range(steps):
        v = v / np.linalg.norm(v)
        v = hvp(function, Tensor(x), Tensor(v, requires_grad=False)).numpy()
    return float(2 / np.linalg.norm(v))


def adam_without_factors(optimizer):
    """Return (step size, eps) for Adam whose averages lack the factors 1 - beta."""
    root = np.sqrt(1 - optimizer.beta2)
    lr = optimizer.lr * (1 - optimizer.beta1) / root
    return float(lr), float(optimizer.eps / root)


def sign_descent(params, lr):
    """Return an Adam that forgets at once: g / (|g| + eps) is the sign of g."""
    return Adam(params, lr, beta1=0.0, beta2=0.0)


def noise_scale(gradients):
    """Return the batch size at which variance and squared mean gradient are equal."""
    mean = gradients.mean(axis=0)
    return float(gradients.var(axis=0, ddof=1).sum() / np.sum(mean**2))


def in_other_units(function, d):
    """Return the function of z = w / d that has the value of `function` at w."""
    scale = Tensor(d, requires_grad=False)
    return lambda z: function(z * scale)


class TurnedAdam(Optimizer):
    """Adam on the coordinates Q^T w of one vector w; `Q`: orthogonal, (n, n)."""

    def __init__(self, params, Q, lr=0.01, **options):
        super().__init__(params, lr)
        self.Q = Q
        self.turned = Tensor(Q.T @ self.params[0].numpy())
        self.adam = Adam([self.turned], lr, **options)

    def step(self):
        (p,) = self.params
        self.turned.grad = Tensor(self.Q.T @ p.grad.numpy(), requires_grad=False)
        self.adam.step()
        p.data = Tensor(self.Q @ self.turned.numpy(), requires_grad=False)


def layers_until(c, factor):
    """Smallest number of layers after which (c / 2)^(l / 2) has passed `factor`."""
    if c == 2 or (c > 2) != (factor > 1):
        raise ValueError(f"layers_until: c = {c} never reaches a factor of {factor}")
    return math.ceil(2 * math.log(factor) / math.log(c / 2))


def variance_of_products(means, variances):
    """Var of a product of independent factors: prod E x^2 - prod (E x)^2."""
    squares = np.square(np.asarray(means, float))
    return float(np.prod(np.asarray(variances) + squares) - np.prod(squares))


def directions(function, derivative):
    """Gain for the way forward, and the factor per layer on the way back."""
    _, square, slope = second_moments(function, derivative)
    return 1 / math.sqrt(square), slope / square


def geometric_normal(fan_in, fan_out, nonlinearity="relu", **kwargs):
    """Normal draws of variance gain^2 / sqrt(fan_in fan_out)."""
    std = init.gain(nonlinearity) / (fan_in * fan_out) ** 0.25
    return init.randn(fan_in, fan_out, std=std, **kwargs)


def fit_scales(network, X):
    """Rescale hidden layers so that on X the RMS of their activations is 1."""
    found, Z = [], X
    for W in network.weights[:-1]:
        Z = np.maximum(Z @ W.numpy(), 0)
        found.append(float(rms(Z)))
        W.data = W.data / found[-1]
        Z = Z / found[-1]
    return found


def align(one, other):
    """The weights `other`, hidden units permuted to match those of `one`, greedily."""
    (W, _), (W_other, V_other) = one, other
    likeness = (W / np.linalg.norm(W, axis=0)).T @ W_other
    likeness = likeness / np.linalg.norm(W_other, axis=0)
    order = np.empty(W.shape[1], int)
    for _ in order:
        mine, theirs = np.unravel_index(np.argmax(likeness), likeness.shape)
        order[mine] = theirs
        likeness[mine, :] = likeness[:, theirs] = -np.inf
    return [W_other[:, order], V_other[order]]
