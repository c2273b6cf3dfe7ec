# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What `+ - * / ** @` and the methods of a Tensor stand for."""

from numbers import Number

import numpy

from . import autograd, ops
from .errors import OperandError


class Operators:
    """Arithmetic of a Tensor with a Tensor, a number, or an array taken as constant."""

    __slots__ = ()
    __array_ufunc__ = None

    def __add__(self, other):
        if isinstance(other, Operators):
            return ops.add(self, other)
        if isinstance(other, Number):
            return ops.add_scalar(self, other)
        return ops.add(self, constant(other, self, "add"))

    def __mul__(self, other):
        if isinstance(other, Operators):
            return ops.multiply(self, other)
        if isinstance(other, Number):
            return ops.mul_scalar(self, other)
        return ops.multiply(self, constant(other, self, "multiply"))

    def __sub__(self, other):
        if isinstance(other, Operators):
            return ops.add(self, ops.negate(other))
        return self + -other

    def __truediv__(self, other):
        if isinstance(other, Operators):
            return ops.divide(self, other)
        if isinstance(other, Number):
            return ops.divide_scalar(self, other)
        return ops.divide(self, constant(other, self, "divide"))

    def __pow__(self, other):
        if isinstance(other, Operators):
            return ops.power(self, other)
        if isinstance(other, Number):
            return ops.power_scalar(self, other)
        return ops.power(self, constant(other, self, "power"))

    def __neg__(self):
        return ops.negate(self)

    def __matmul__(self, other):
        if isinstance(other, Operators):
            return ops.matmul(self, other)
        return ops.matmul(self, constant(other, self, "matmul"))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return -self + other

    def __rtruediv__(self, other):
        return self**-1 * other

    def __rpow__(self, other):
        return ops.power(constant(other, self, "power"), self)

    def __rmatmul__(self, other):
        return ops.matmul(constant(other, self, "matmul"), self)

    def matmul(self, other):
        return self @ other

    def sum(self, axes=None):
        return ops.summation(self, axes)

    def broadcast_to(self, shape):
        return ops.broadcast_to(self, shape)

    def reshape(self, shape):
        return ops.reshape(self, shape)

    def transpose(self, axes=None):
        return ops.transpose(self, axes)

    def __getitem__(self, index):
        return ops.get_item(self, index)


def constant(operand, like, name):
    """Return an array or a number as a Tensor on the device of `like`: no gradient."""
    if isinstance(operand, (Number, numpy.ndarray)):
        return autograd.Tensor(operand, device=like.device, requires_grad=False)
    raise OperandError(
        f"{name}: one operand is of type {type(operand).__name__}; "
        "wrap it in Tensor(...)"
    )
