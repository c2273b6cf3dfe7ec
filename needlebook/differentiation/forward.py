# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Forward mode: dual numbers carry a value and its derivative in one direction."""

import functools

import numpy as np

from needlebook.differentiation.operators import Operators
from needlebook.differentiation.rules import FLAT, JVP


class Dual(Operators):
    """A value (`primal`) with its rate of change (`tangent`), of the same shape."""

    def __init__(self, primal, tangent):
        if np.shape(primal) != np.shape(tangent):
            raise ValueError(
                f"Dual: primal has shape {np.shape(primal)}, tangent has shape "
                f"{np.shape(tangent)}; a tangent has the shape of its value"
            )
        self.primal = primal
        self.tangent = tangent

    @property
    def shape(self):
        return np.shape(self.primal)

    @property
    def T(self):
        return Dual(self.primal.T, self.tangent.T)

    def sum(self, axis=None, dtype=None, out=None):
        return Dual(self.primal.sum(), self.tangent.sum())

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if method != "__call__" or options:
            return NotImplemented
        return push(ufunc, *inputs)

    def __repr__(self):
        return f"Dual({self.primal}, {self.tangent})"


def push(op, *inputs):
    """Apply `op` to dual numbers: the value, and the change that the inputs cause."""
    primals = [x.primal if isinstance(x, Dual) else x for x in inputs]
    value = op(*primals)
    if op in FLAT:
        return value
    if op not in JVP:
        raise NotImplementedError(f"forward mode: no rule for {op.__name__}")
    changes = [
        rule(x.tangent, value, *primals)
        for rule, x in zip(JVP[op], inputs, strict=True)
        if isinstance(x, Dual)
    ]
    tangent = functools.reduce(np.add, changes)
    if np.shape(tangent) != np.shape(value):
        tangent = tangent * np.ones(np.shape(value))
    return Dual(value, tangent)


def jvp(f, primals, tangents):
    """Return f(*primals) and its derivative in the direction `tangents`, in one pass.

    `primals`, `tangents`: lists of numbers or arrays of equal shapes.
    """
    out = f(*(Dual(x, d) for x, d in zip(primals, tangents, strict=True)))
    return (out.primal, out.tangent) if isinstance(out, Dual) else (out, 0.0 * out)


def forward_gradient(f, x):
    """Gradient of a scalar f at an array x by forward mode: one pass per entry of x."""
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(gradient.shape):
        direction = np.zeros(gradient.shape)
        direction[index] = 1.0
        gradient[index] = jvp(f, [x], [direction])[1]
    return gradient
