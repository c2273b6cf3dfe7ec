# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Parity: circuits counted, and ReLU networks for it written down by hand."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np

from .network import mlp


def all_bits(n):
    """Return all 2^n rows of n bits, (2^n, n), as floats 0 and 1."""
    return (np.arange(2**n)[:, None] >> np.arange(n)[::-1] & 1).astype(float)


def parity(bits):
    """Return the sum of each row of bits modulo 2: (m, n) to (m,)."""
    return np.asarray(bits).astype(int).sum(axis=1) % 2


def shallow_gates(n):
    """Return the gates of the smallest OR of ANDs for n-bit parity: 2^(n-1) + 1."""
    return 2 ** (n - 1) + 1


def tree_gates(n):
    """Return (gates, depth) of n-bit parity as a tree of XORs of three gates each.

    a XOR b is (a OR b) AND NOT (a AND b): an OR, a NAND and an AND, two deep.
    """
    return 3 * (n - 1), 2 * int(np.ceil(np.log2(n)))


def implicants(truth):
    """Return all ANDs of literals under which a truth table of 2^n entries is all true.

    Each is a tuple of (position, bit) pairs. By brute force: for small n only.
    """
    truth = np.asarray(truth, bool)
    n = int(np.log2(len(truth)))
    bits, found = all_bits(n), []
    for size in range(n + 1):
        for places in combinations(range(n), size):
            for values in product((0, 1), repeat=size):
                covered = np.all(bits[:, places] == values, axis=1)
                if truth[covered].all():
                    found.append(tuple(zip(places, values, strict=True)))
    return found


def parity_tree_network(n):
    """Return ceil(log2 n) hidden layers that equal parity on {0, 1}^n.

    Each pair of bits meets in |a - b| = relu(a - b) + relu(b - a), its XOR; the sum of
    the two units is folded into the weights of the next layer. An odd bit is handed on
    by a unit of its own. With n a power of two there are 2 (n - 1) units in all.
    """
    if n < 2:
        raise ValueError(f"parity_tree_network: wants two or more bits, got {n}")
    maps, bits = [], np.eye(n)
    while bits.shape[1] > 1:
        width = bits.shape[1]
        pairs = np.zeros((width, width))
        merged = np.zeros((width, (width + 1) // 2))
        for j in range(0, width - 1, 2):
            pairs[j : j + 2, j : j + 2] = [[1, -1], [-1, 1]]
            merged[j : j + 2, j // 2] = 1.0
        if width % 2:
            pairs[-1, -1] = merged[-1, -1] = 1.0
        maps.append(bits @ pairs)
        bits = merged
    maps.append(bits)
    widths = [n, *[W.shape[1] for W in maps]]
    network = mlp(widths, np.random.default_rng(0), bias=False)
    for layer, W in zip(network.layers[::2], maps, strict=True):
        layer.parameters["W"][:] = W
    return network


def shallow_parity_network(n):
    """Return one hidden layer of n ReLU units that equals parity on {0, 1}^n.

    A zigzag of s = x_1 + ... + x_n: relu(s) - 2 relu(s - 1) + 2 relu(s - 2) - ...
    """
    network = mlp([n, n, 1], np.random.default_rng(0))
    first, _, last = network.layers
    first.parameters["W"][:] = 1.0
    first.parameters["b"][:] = -np.arange(n)
    last.parameters["W"][:, 0] = [1.0] + [2.0 * (-1) ** k for k in range(1, n)]
    return network


def walsh_coefficients(values):
    """Return the mean of values * chi_S over {-1, 1}^n for all 2^n subsets S.

    values is (2^n, ...) in the order of all_bits; chi_S(x) = product of x_i, i in S,
    with x_i = 1 - 2 bit_i. The entry of S stands at the number whose bits are S.
    """
    out = np.array(values, float)
    rest, half = out.shape[1:], len(out) // 2
    while half:
        blocks = out.reshape(-1, 2, half, *rest)
        low, high = blocks[:, 0] + blocks[:, 1], blocks[:, 0] - blocks[:, 1]
        out = np.stack([low, high], axis=1).reshape(len(out), *rest)
        half //= 2
    return out / len(out)
