# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Four networks, each a small edit of the one before, with gradients by hand."""

import numpy as np


def relu(P):
    return np.maximum(P, 0)


def plain_forward(X, A, B, C):
    Z2 = relu(X @ A)
    Z3 = relu(Z2 @ B)
    return Z3 @ C, (X, Z2, Z3)


def plain_backward(G, cache, A, B, C):
    X, Z2, Z3 = cache
    grad_C = Z3.T @ G
    D2 = (Z3 > 0) * (G @ C.T)
    grad_B = Z2.T @ D2
    D1 = (Z2 > 0) * (D2 @ B.T)
    grad_A = X.T @ D1
    return grad_A, grad_B, grad_C


def residual_forward(X, A, B, C):
    Z2 = relu(X @ A)
    R2 = relu(Z2 @ B)
    Z3 = Z2 + R2
    return Z3 @ C, (X, Z2, R2, Z3)


def residual_backward(G, cache, A, B, C):
    X, Z2, R2, Z3 = cache
    grad_C = Z3.T @ G
    G3 = G @ C.T
    D2 = (R2 > 0) * G3
    grad_B = Z2.T @ D2
    G2 = G3 + D2 @ B.T
    D1 = (Z2 > 0) * G2
    grad_A = X.T @ D1
    return grad_A, grad_B, grad_C


def shared_forward(X, A, B, C):
    Z2 = relu(X @ A)
    R2 = relu(Z2 @ B)
    Z3 = Z2 + R2
    R3 = relu(Z3 @ B)
    Z4 = Z3 + R3
    return Z4 @ C, (X, Z2, R2, Z3, R3, Z4)


def shared_backward(G, cache, A, B, C):
    X, Z2, R2, Z3, R3, Z4 = cache
    grad_C = Z4.T @ G
    G4 = G @ C.T
    D3 = (R3 > 0) * G4
    G3 = G4 + D3 @ B.T
    D2 = (R2 > 0) * G3
    grad_B = Z3.T @ D3 + Z2.T @ D2
    G2 = G3 + D2 @ B.T
    D1 = (Z2 > 0) * G2
    grad_A = X.T @ D1
    return grad_A, grad_B, grad_C


def gated_forward(X, A, B, C):
    Z2 = relu(X @ A)
    R2 = relu(Z2 @ B)
    Z3 = Z2 + R2
    R3 = relu(Z3 @ B)
    Z4 = Z3 + Z2 * R3
    return Z4 @ C, (X, Z2, R2, Z3, R3, Z4)


def gated_backward(G, cache, A, B, C):
    X, Z2, R2, Z3, R3, Z4 = cache
    grad_C = Z4.T @ G
    G4 = G @ C.T
    D3 = (R3 > 0) * (Z2 * G4)
    G3 = G4 + D3 @ B.T
    D2 = (R2 > 0) * G3
    grad_B = Z3.T @ D3 + Z2.T @ D2
    G2 = G3 + D2 @ B.T + R3 * G4
    D1 = (Z2 > 0) * G2
    grad_A = X.T @ D1
    return grad_A, grad_B, grad_C


NETWORKS = {
    "plain": (plain_forward, plain_backward),
    "residual": (residual_forward, residual_backward),
    "shared": (shared_forward, shared_backward),
    "gated": (gated_forward, gated_backward),
}
