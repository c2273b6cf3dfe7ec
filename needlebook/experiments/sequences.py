# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Sequences of any length: a Python loop, a loop in the graph, and padding (L7.15)."""

import numpy as np

from needlebook import ops
from needlebook.autograd import Tensor, find_topo_sort
from needlebook.frameworks import session as tf


def draw(lengths, n=3, k=4, seed=0):
    """Return sequences (length, n), and weights W (n, k), U (k, k)."""
    rng = np.random.default_rng(seed)
    sequences = [rng.normal(size=(length, n)) for length in lengths]
    return sequences, rng.normal(size=(n, k)), rng.normal(size=(k, k)) / 2


def recorded(sequence, W, U):
    """The last state of a recurrent network, by a loop over the rows."""
    h = Tensor(np.zeros((1, U.shape[0])), requires_grad=False)
    for row in sequence:
        h = ops.relu(Tensor(row[None], requires_grad=False) @ W + h @ U)
    return h


def nodes_behind(h):
    return len(find_topo_sort([h]))


def described():
    """Return (graph, placeholders, output) of the same network with a loop inside."""
    with tf.Graph() as graph:
        x, W, U, length = (tf.placeholder(name=n) for n in ("x", "W", "U", "length"))
        h = tf.placeholder(name="h")

        def test(step, h, x, W, U, length):
            return length - step

        def body(step, h, x, W, U, length):
            return tf.relu(tf.matmul(tf.row(x, step), W) + tf.matmul(h, U))

        last = tf.while_loop(test, body, h, x, W, U, length)
    return graph, (x, W, U, length, h), last


def run_described(session, places, last, sequence, W, U):
    start = np.zeros((1, len(U)))
    values = (sequence, W, U, len(sequence), start)
    return session.run(last, dict(zip(places, values)))


def padded_rows(lengths):
    """Rows that have data, and rows that a batch padded to the longest computes."""
    return sum(lengths), max(lengths) * len(lengths)
