# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The same edits to the same small model, in three styles (L7.15, L7.16).

Each function returns the output for x (m, n) and weights A, B that lead from n
features back to n. `keep`: whether this run uses the branch.
"""

import numpy as np

from needlebook import ops
from needlebook.frameworks import caffe
from needlebook.frameworks import session as tf


def recorded(x, A, B):
    return x + ops.relu(x @ A) @ B


def recorded_two_blocks(x, A, B):
    for _ in range(2):
        x = x + ops.relu(x @ A) @ B
    return x


def recorded_by_chance(x, A, B, keep):
    if not keep:
        return x
    return x + ops.relu(x @ A) @ B


def recorded_until_large(x, A, B, bound):
    while np.abs(x.numpy()).sum() < bound:
        x = x + ops.relu(x @ A) @ B
    return x


def described(x, A, B):
    return x + tf.matmul(tf.relu(tf.matmul(x, A)), B)


def described_two_blocks(x, A, B):
    for _ in range(2):
        x = x + tf.matmul(tf.relu(tf.matmul(x, A)), B)
    return x


def described_by_chance(x, A, B, keep):
    def block(x, A, B):
        return x + tf.matmul(tf.relu(tf.matmul(x, A)), B)

    return tf.cond(keep, block, lambda x, A, B: x, x, A, B)


def described_until_large(x, A, B, bound):
    def test(step, x, A, B, bound):
        size = tf.reduce_sum(tf.relu(x) + tf.relu(-x))
        return bound - size

    def block(step, x, A, B, bound):
        return x + tf.matmul(tf.relu(tf.matmul(x, A)), B)

    return tf.while_loop(test, block, x, A, B, bound)


def wired(A, B):
    zeros = np.zeros(A.shape[1]), np.zeros(B.shape[1])
    return [
        caffe.Split("split", "x", "branch skip"),
        caffe.InnerProduct("ip1", "branch", "r", A, zeros[0]),
        caffe.ReLU("relu", "r", "r"),
        caffe.InnerProduct("ip2", "r", "r2", B, zeros[1]),
        caffe.Eltwise("sum", "r2 skip", "y"),
    ]


def wired_two_blocks(A, B):
    zeros = np.zeros(A.shape[1]), np.zeros(B.shape[1])
    return [
        caffe.Split("split", "x", "branch skip"),
        caffe.InnerProduct("ip1", "branch", "r", A, zeros[0]),
        caffe.ReLU("relu", "r", "r"),
        caffe.InnerProduct("ip2", "r", "r2", B, zeros[1]),
        caffe.Eltwise("sum", "r2 skip", "y"),
        caffe.Split("split'", "y", "branch' skip'"),
        caffe.InnerProduct("ip1'", "branch'", "r'", A, zeros[0]),
        caffe.ReLU("relu'", "r'", "r'"),
        caffe.InnerProduct("ip2'", "r'", "r2'", B, zeros[1]),
        caffe.Eltwise("sum'", "r2' skip'", "y'"),
    ]


def wired_by_chance(A, B, keep):
    zeros = np.zeros(A.shape[1]), np.zeros(B.shape[1])
    return [
        caffe.Split("split", "x", "branch skip"),
        caffe.InnerProduct("ip1", "branch", "r", A, zeros[0]),
        caffe.ReLU("relu", "r", "r"),
        caffe.InnerProduct("ip2", "r", "r2", B, zeros[1]),
        caffe.Scale("keep", "r2", "r2", float(keep)),
        caffe.Eltwise("sum", "r2 skip", "y"),
    ]
