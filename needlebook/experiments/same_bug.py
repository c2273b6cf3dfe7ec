# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""One wrong shape in four programs, and what the traceback says (L7.17)."""

import traceback
from dataclasses import dataclass
from os.path import basename

import numpy as np

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.experiments.graph_growth import lazy_mode
from needlebook.frameworks import caffe
from needlebook.frameworks import session as tf

X = np.ones((5, 8))
FIRST, SECOND = np.ones((8, 6)), np.ones((7, 3))


def recorded():
    h = ops.relu(Tensor(X) @ Tensor(FIRST))
    z = h @ Tensor(SECOND)  # wrong
    return z.sum().numpy()


def lazy():
    with lazy_mode():
        h = ops.relu(Tensor(X) @ Tensor(FIRST))
        z = h @ Tensor(SECOND)  # wrong
        return z.sum().numpy()


def described():
    with tf.Graph() as graph:
        x = tf.placeholder((None, 8), "x")
        h = tf.relu(tf.matmul(x, tf.constant(FIRST)))
        z = tf.matmul(h, tf.constant(SECOND), name="scores")  # wrong
        total = tf.reduce_sum(z)
    return tf.Session(graph).run(total, {x: X})


def wired():
    ip = caffe.InnerProduct
    layers = [
        ip("first", "data", "h", FIRST, np.zeros(6)),
        caffe.ReLU("relu", "h", "h"),
        ip("second", "h", "z", SECOND, np.zeros(3)),  # wrong
    ]
    return caffe.Net(layers, {"data": X.shape}).forward(data=X)


@dataclass(frozen=True)
class Report:
    """What an exception says: its message, and where its frames are.

    `deepest`: the last frame in the user's file. `in_frames`, `in_message`: whether
    the wrong line is among the frames, or is named by the message.
    """

    message: str
    frames: int
    deepest: str
    in_frames: bool
    in_message: bool


def report(program):
    """Run a program that fails; return its Report."""
    try:
        program()
    except ValueError as error:
        frames = traceback.extract_tb(error.__traceback__)
        mine = [frame for frame in frames if frame.filename == __file__][1:]
        wrong = wrong_line(program)
        return Report(
            str(error),
            len(frames) - 1,
            mine[-1].line,
            any(frame.lineno == wrong for frame in mine),
            f"{basename(__file__)}:{wrong}" in str(error),
        )
    raise AssertionError(f"{program.__name__} did not fail")


def wrong_line(program):
    """Return the number of the line of `program` that is marked as wrong."""
    first = program.__code__.co_firstlineno
    with open(__file__, encoding="utf-8") as file:
        lines = file.readlines()
    return next(i for i in range(first, len(lines)) if "# wrong" in lines[i - 1])
