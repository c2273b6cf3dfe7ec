# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Smooth activations, each stable at any size."""

from math import pi, sqrt

from ..autograd import TensorOp, array_api


class Tanh(TensorOp):
    name = "tanh"
    reads = ((-1,),)

    def compute(self, a):
        return array_api.tanh(a)

    def vjp(self, adjoint, out, a):
        return adjoint * (1 - out * out)


def tanh(a):
    """Hyperbolic tangent of each element."""
    return Tanh()(a)


class Sigmoid(TensorOp):
    """1 / (1 + exp(-a)), through exp(-|a|), which cannot overflow."""

    name = "sigmoid"
    reads = ((-1,),)

    def compute(self, a):
        small = array_api.exp(-abs(a))
        return array_api.where(a >= 0, 1, small) / (1 + small)

    def vjp(self, adjoint, out, a):
        return adjoint * (out * (1 - out))


def sigmoid(a):
    """Logistic function of each element."""
    return Sigmoid()(a)


class GELU(TensorOp):
    """a sigmoid(2u), u = sqrt(2/pi) (a + 0.044715 a^3): near a times Phi(a).

    Source: Hendrycks and Gimpel, 2016; PyTorch's `gelu(approximate="tanh")`.
    """

    name = "gelu"
    reads = ((0,),)
    scale, cubic = 2 * sqrt(2 / pi), 0.044715

    def gate(self, a):
        """Return sigmoid(2u), of the kind of `a`, array or Tensor."""
        return sigmoid(a * (a * a * self.cubic + 1) * self.scale)

    def compute(self, a):
        return a * self.gate(a)

    def vjp(self, adjoint, out, a):
        gate = self.gate(a)
        slope = (a * a * (3 * self.cubic) + 1) * self.scale
        return adjoint * (gate + a * (gate * (1 - gate)) * slope)


def gelu(a):
    """Gaussian error linear unit of each element, in the tanh form."""
    return GELU()(a)
