# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Operations that work on each element by itself."""

from numbers import Number

import numpy

from ..autograd import Tensor, TensorOp, Value, array_api
from ..errors import OperandError
from .ops_shape import broadcast_problem, undo_broadcast


class Elementwise(TensorOp):
    """Base of the operations on two arrays that broadcast against each other."""

    reads = ((1,), (0,))

    def explain(self, *shapes):
        return broadcast_problem(*shapes)


class EWiseAdd(Elementwise):
    name = "add"
    reads = ()

    def compute(self, a, b):
        return a + b

    def vjp(self, adjoint, out, a, b):
        return undo_broadcast(adjoint, a.shape), undo_broadcast(adjoint, b.shape)


def add(a, b):
    """Add two Tensors, element by element."""
    return EWiseAdd()(a, b)


class EWiseMul(Elementwise):
    name = "multiply"

    def compute(self, a, b):
        return a * b

    def vjp(self, adjoint, out, a, b):
        return (
            undo_broadcast(adjoint * b, a.shape),
            undo_broadcast(adjoint * a, b.shape),
        )


def multiply(a, b):
    """Multiply two Tensors, element by element."""
    return EWiseMul()(a, b)


class EWiseDiv(Elementwise):
    name = "divide"
    reads = ((1,), (1, -1))

    def compute(self, a, b):
        return a / b

    def vjp(self, adjoint, out, a, b):
        return (
            lambda: undo_broadcast(adjoint / b, a.shape),
            lambda: undo_broadcast(-adjoint * out / b, b.shape),
        )


def divide(a, b):
    """Divide `a` by `b`, element by element."""
    return EWiseDiv()(a, b)


class EWisePow(Elementwise):
    name = "power"
    reads = ((0, 1), (0, -1))

    def compute(self, a, b):
        return a**b

    def vjp(self, adjoint, out, a, b):
        return (
            lambda: undo_broadcast(adjoint * b * a ** (b - 1), a.shape),
            lambda: undo_broadcast(adjoint * out * log(a), b.shape),
        )


def power(a, b):
    """Raise `a` to the power `b`, element by element."""
    return EWisePow()(a, b)


class ScalarOp(TensorOp):
    """Base of the operations with a number, kept in `scalar`."""

    reads = ()

    def __init__(self, scalar):
        if isinstance(scalar, (numpy.generic, numpy.ndarray)) and scalar.size == 1:
            scalar = scalar.item()
        if not isinstance(scalar, Number):
            raise OperandError(f"{self.name}: wanted a number, got {scalar!r}")
        self.scalar = scalar

    @property
    def symbol(self):
        return f"{self.name} {self.scalar:g}"


class AddScalar(ScalarOp):
    name = "add_scalar"

    def compute(self, a):
        return a + self.scalar

    def vjp(self, adjoint, out, a):
        return adjoint


def add_scalar(a, scalar):
    """Add a number to each element."""
    return AddScalar(scalar)(a)


class MulScalar(ScalarOp):
    name = "mul_scalar"

    def compute(self, a):
        return a * self.scalar

    def vjp(self, adjoint, out, a):
        return adjoint * self.scalar


def mul_scalar(a, scalar):
    """Multiply each element by a number."""
    return MulScalar(scalar)(a)


class DivScalar(ScalarOp):
    name = "divide_scalar"

    def compute(self, a):
        return a / self.scalar

    def vjp(self, adjoint, out, a):
        return adjoint / self.scalar


def divide_scalar(a, scalar):
    """Divide each element by a number."""
    return DivScalar(scalar)(a)


class PowerScalar(ScalarOp):
    name = "power_scalar"
    reads = ((0,),)

    def compute(self, a):
        return a**self.scalar

    def vjp(self, adjoint, out, a):
        if self.scalar == 0:
            return adjoint * 0
        return adjoint * (a ** (self.scalar - 1) * self.scalar)


def power_scalar(a, scalar):
    """Raise each element to a fixed power."""
    return PowerScalar(scalar)(a)


class Negate(TensorOp):
    name = "negate"
    reads = ()

    def compute(self, a):
        return -a

    def vjp(self, adjoint, out, a):
        return -adjoint


def negate(a):
    """Change the sign of each element."""
    return Negate()(a)


class Log(TensorOp):
    name = "log"
    reads = ((0,),)

    def compute(self, a):
        return array_api.log(a)

    def vjp(self, adjoint, out, a):
        return adjoint / a


def log(a):
    """Natural logarithm of each element."""
    return Log()(a)


class Exp(TensorOp):
    name = "exp"
    reads = ((-1,),)

    def compute(self, a):
        return array_api.exp(a)

    def vjp(self, adjoint, out, a):
        return adjoint * out


def exp(a):
    """Exponential of each element."""
    return Exp()(a)


class ReLU(TensorOp):
    name = "relu"
    reads = ((0,),)

    def compute(self, a):
        return array_api.maximum(a, 0)

    def vjp(self, adjoint, out, a):
        return adjoint * positive(a)


def relu(a):
    """Larger of each element and 0; the derivative at 0 is 0."""
    return ReLU()(a)


def positive(a):
    """Return where `a` is above 0, as a constant of the same kind as `a`."""
    if isinstance(a, Value):
        return Tensor.make_const(a.realize_cached_data() > 0)
    return a > 0
