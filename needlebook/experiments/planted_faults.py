# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Wrong gradients planted on purpose, and whether a check finds them."""

from contextlib import contextmanager

import numpy as np

from needlebook import ops
from needlebook.autograd import Tensor, TensorOp
from needlebook.errors import GradientMismatch, NoGradientError
from needlebook.gradcheck import gradcheck


class Cube(TensorOp):
    """a ** 3 whose gradient is built from operations."""

    def compute(self, a):
        return a**3

    def gradient(self, out_grad, node):
        a = node.inputs[0]
        return out_grad * (3 * a**2)


class CubeOnArrays(TensorOp):
    """a ** 3 whose gradient leaves the graph: its factor is computed on the array."""

    def compute(self, a):
        return a**3

    def gradient(self, out_grad, node):
        a = node.inputs[0].realize_cached_data()
        return out_grad * Tensor(3 * a**2, requires_grad=False)


def slopes(operation, x=2.0):
    """Return the derivatives of `operation` at `x`, three or until refused."""
    found, value = [], Tensor(x)
    out = operation(value)
    for _ in range(3):
        try:
            out.backward()
        except NoGradientError as refusal:
            return [*found, str(refusal)]
        out = value.grad
        found.append(out.numpy().item())
    return found


@contextmanager
def planted(operation, wrong_vjp):
    """Replace the rule of an operation class inside the block."""
    original = operation.vjp
    operation.vjp = wrong_vjp
    try:
        yield
    finally:
        operation.vjp = original


def normal(*shape, above=0.0):
    """Return a Tensor of fixed normal draws; with `above`, their size plus `above`."""
    draws = np.random.default_rng(5).normal(size=shape)
    return Tensor(abs(draws) + above if above else draws)


def exponent_kept(self, adjoint, out, a):
    return adjoint * (a**self.scalar * self.scalar)


def exponent_forgotten(self, adjoint, out, a):
    return adjoint * a ** (self.scalar - 1)


# name of the fault: operation, wrong rule, function and inputs that should show it
FAULTS = {
    "power_scalar keeps the exponent": (
        ops.PowerScalar,
        exponent_kept,
        lambda a: a**3,
        [normal(3, 4)],
    ),
    "power_scalar forgets the factor": (
        ops.PowerScalar,
        exponent_forgotten,
        lambda a: a**3,
        [normal(3, 4)],
    ),
    "divide loses a sign": (
        ops.EWiseDiv,
        lambda self, d, out, a, b: (d / b, d * out / b),
        lambda a, b: a / b,
        [normal(4), normal(4, above=1)],
    ),
    "multiply returns its factors swapped": (
        ops.EWiseMul,
        lambda self, d, out, a, b: (d * a, d * b),
        lambda a, b: a * b,
        [normal(4), normal(4, above=1)],
    ),
    "matmul does not transpose": (
        ops.MatMul,
        lambda self, d, out, a, b: (d @ b, a @ d),
        lambda a, b: a @ b,
        [normal(3, 3), normal(3, 3, above=1)],
    ),
    "summation counts the axis": (
        ops.Summation,
        lambda self, d, out, a: ops.broadcast_to(d, a.shape) * 2,
        lambda a: a.sum(),
        [normal(3, 2)],
    ),
    "relu lets everything pass": (
        ops.ReLU,
        lambda self, d, out, a: d,
        ops.relu,
        [normal(20)],
    ),
    "log divides by its output": (
        ops.Log,
        lambda self, d, out, a: d / out,
        ops.log,
        [normal(5, above=2)],
    ),
}


def is_caught(name):
    """Plant the fault called `name`; return whether `gradcheck` refuses it."""
    operation, wrong, function, inputs = FAULTS[name]
    gradcheck(function, *inputs, verbose=False)
    with planted(operation, wrong):
        try:
            gradcheck(function, *inputs, verbose=False)
        except GradientMismatch:
            return True
    return False


def caught_with_exponents(exponents):
    """Plant both faults of power_scalar; return how many these exponents catch."""
    caught = 0
    for wrong in (exponent_kept, exponent_forgotten):
        with planted(ops.PowerScalar, wrong):
            try:
                for exponent in exponents:
                    gradcheck(
                        lambda a, e=exponent: ops.power_scalar(a, e),
                        normal(5, 4, above=1),
                        verbose=False,
                    )
            except GradientMismatch:
                caught += 1
    return caught
