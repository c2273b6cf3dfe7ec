# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""When an operation is described, and when it is computed (L7.13)."""

import time

import numpy as np

from needlebook.autograd import Tensor, TensorOp
from needlebook.experiments.graph_growth import lazy_mode
from needlebook.frameworks import session as tf
from needlebook.frameworks.session import operations
from needlebook.frameworks.session.graph import apply


class Diary:
    """Events with the time at which they were noted."""

    def __init__(self):
        self.entries, self.start = [], time.perf_counter()

    def note(self, text):
        self.entries.append((time.perf_counter() - self.start, text))

    def texts(self):
        return [text for _, text in self.entries]


class Double(TensorOp):
    """Twice its input; notes when it is computed."""

    reads = ()

    def __init__(self, number, diary):
        self.number, self.diary = number, diary

    def compute(self, a):
        self.diary.note(f"operation {self.number} computes")
        return a * 2

    def vjp(self, adjoint, out, a):
        return adjoint * 2


def by_running(lazy=False):
    """Three operations on a Tensor; return the Diary."""
    diary = Diary()

    def program():
        x = Tensor(1.0)
        for i in range(3):
            diary.note(f"line {i} begins")
            x = Double(i, diary)(x)
        diary.note("the program looks")
        x.numpy()

    if not lazy:
        program()
    else:
        with lazy_mode():
            program()
    return diary


def by_session():
    """The same three operations in a graph; return the Diary."""
    diary = Diary()

    def compute(out, attrs, a):
        diary.note(f"operation {attrs['number']} computes")
        np.multiply(a, 2, out=out)

    operations.register("double", lambda attrs, a: a, compute)
    with tf.Graph() as graph:
        first = x = tf.placeholder((), "x")
        for i in range(3):
            diary.note(f"line {i} begins")
            x = apply("double", x, number=i)
    diary.note("the program looks")
    tf.Session(graph).run(x, {first: 1.0})
    del operations.OPERATIONS["double"]
    return diary
