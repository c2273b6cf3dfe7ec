# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Solutions of the exercises of chapter 3b."""

import numpy as np

from needlebook.differentiation.numerical import numerical_gradient
from needlebook.manual import backprop
from needlebook.manual.softmax import softmax, softmax_gradient


def logistic_loss_and_gradient(X, y, w):
    """Softmax loss for k = 2 by the difference w of the two columns of theta.

    X (m, n), y (m,) of 0 and 1, w (n,). Returns the loss and its gradient (n,).
    """
    h = X @ w
    loss = np.mean(np.logaddexp(0, h) - y * h)
    return loss, X.T @ (1 / (1 + np.exp(-h)) - y) / len(y)


def soft_label_loss(H, Q):
    """Loss of logits H (m, k) for label distributions Q (m, k), and its gradient."""
    top = H.max(axis=1, keepdims=True)
    logsumexp = top + np.log(np.exp(H - top).sum(axis=1, keepdims=True))
    return np.sum(Q * (logsumexp - H)) / len(H), (softmax(H) - Q) / len(H)


def logsumexp_hessian(h):
    """Hessian (k, k) of log sum exp at h (k,): diag(s) - s s^T."""
    s = softmax(h[None])[0]
    return np.diag(s) - np.outer(s, s)


def squared_error_gradients(X, T, W1, W2):
    """Gradients by W1 and W2 of ||relu(X W1) W2 - T||^2 / (2 m)."""
    Z2 = np.maximum(X @ W1, 0)
    G3 = (Z2 @ W2 - T) / len(X)
    return X.T @ ((Z2 > 0) * (G3 @ W2.T)), Z2.T @ G3


def gram_gradient(W, C):
    """Gradient by W (n, k) of the sum of C o (W^T W), for C (k, k)."""
    return W @ (C + C.T)


def bias_as_feature(Z, D):
    """Gradients by W and b of P = Z W + 1 b^T from one product, given D = dl/dP."""
    extended = np.column_stack([Z, np.ones(len(Z))])
    both = extended.T @ D
    return both[:-1], both[-1]


def sign_step(network, X, y, size):
    """X moved by `size` per entry, each in the direction in which the loss grows."""
    cache = backprop.forward(network, X)
    G = softmax_gradient(cache.Z[-1], y)
    return X + size * np.sign(backprop.backward(network, cache, G).X)


def sparse_cache_gradients(network, X, y, every, product=np.matmul):
    """Gradients by the weights that keep only Z of every `every`-th layer."""
    starts = range(0, len(network.weights), every)
    parts = []
    for start in starts:
        piece = slice(start, start + every)
        biases = network.biases and network.biases[piece]
        parts.append(
            backprop.FeedForward(
                network.weights[piece], network.activations[piece], biases
            )
        )
    kept = [X]
    for part in parts:
        kept.append(backprop.forward(part, kept[-1], product).Z[-1])
    G, weights = softmax_gradient(kept.pop(), y), []
    for part in reversed(parts):
        cache = backprop.forward(part, kept.pop(), product)
        found = backprop.backward(part, cache, G, product)
        G, weights = found.X, found.weights + weights
    return weights


def richardson_gradient(f, x, eps=1e-3):
    """Gradient with an error of order eps^4, from central differences of two steps."""
    wide, narrow = (numerical_gradient(f, x, step) for step in (2 * eps, eps))
    return (4 * narrow - wide) / 3


def standardize(Z):
    """Each column of Z (m, n) minus its mean, by the root of its mean square."""
    centred = Z - Z.mean(axis=0)
    return centred / np.sqrt(np.mean(centred**2, axis=0))


def standardize_backward(G, Z):
    """Gradient by Z (m, n) of the sum of G o standardize(Z)."""
    out = standardize(Z)
    scale = np.sqrt(Z.var(axis=0))
    return (G - G.mean(axis=0) - out * np.mean(G * out, axis=0)) / scale


def tied_autoencoder(X, W):
    """||relu(X W) W^T - X||^2 / (2 m) for X (m, n), W (n, h), and its gradient by W."""
    Z = np.maximum(X @ W, 0)
    R = (Z @ W.T - X) / len(X)
    encoder = X.T @ ((Z > 0) * (R @ W))
    return np.sum(R**2) * len(X) / 2, encoder + R.T @ Z


def recurrent_forward(X, A, U):
    """States Z_0 = 0, Z_{t+1} = tanh(X_t A + Z_t U) for X (T, m, n), as a list."""
    Z = [np.zeros((X.shape[1], len(U)))]
    for X_t in X:
        Z.append(np.tanh(X_t @ A + Z[-1] @ U))
    return Z


def recurrent_gradients(X, y, A, U, C):
    """Gradients by A (n, h), U (h, h), C (h, k) of the softmax loss of Z_T C."""
    Z = recurrent_forward(X, A, U)
    G3 = softmax_gradient(Z[-1] @ C, y)
    G, grad_A, grad_U = G3 @ C.T, np.zeros_like(A), np.zeros_like(U)
    for t in reversed(range(len(X))):
        D = G * (1 - Z[t + 1] ** 2)
        grad_A += X[t].T @ D
        grad_U += Z[t].T @ D
        G = D @ U.T
    return grad_A, grad_U, Z[-1].T @ G3
