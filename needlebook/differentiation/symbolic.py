# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Symbolic differentiation, as large as it must be to show expression swell."""

import numpy as np

from needlebook.differentiation.operators import Operators
from needlebook.differentiation.rules import ELEMENTWISE

INFIX = {np.add: "+", np.subtract: "-", np.multiply: "*", np.divide: "/"}


class Expr(Operators):
    """A formula: a variable (`op` is None, `args` its name) or `op` on `args`."""

    def __init__(self, op, *args):
        self.op, self.args = op, args

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if method != "__call__" or options:
            return NotImplemented
        return simplified(ufunc, *inputs)

    def __str__(self):
        if self.op is None:
            return self.args[0]
        if self.op in INFIX:
            return f"({self.args[0]} {INFIX[self.op]} {self.args[1]})"
        return f"{self.op.__name__}({', '.join(map(str, self.args))})"


def variable(name):
    """Return the expression that is the variable `name`."""
    return Expr(None, name)


def is_number(x, value=None):
    """Tell whether `x` is a plain number (and, if asked, this one)."""
    return not isinstance(x, Expr) and (value is None or x == value)


def simplified(op, *args):
    """Build `op(*args)`, but drop additions of 0 and multiplications by 0 and 1."""
    if all(is_number(a) for a in args):
        return op(*args)
    if op is np.multiply:
        for a, b in (args, args[::-1]):
            if is_number(a, 0):
                return 0.0
            if is_number(a, 1):
                return b
    if op is np.add:
        for a, b in (args, args[::-1]):
            if is_number(a, 0):
                return b
    if op in (np.subtract, np.divide) and is_number(args[1], op is np.divide):
        return args[0]
    if op is np.negative and isinstance(args[0], Expr) and args[0].op is np.negative:
        return args[0].args[0]
    return Expr(op, *args)


def derivative(expr, name):
    """Differentiate an expression by the variable `name`; returns an expression."""
    if is_number(expr):
        return 0.0
    if expr.op is None:
        return 1.0 if expr.args[0] == name else 0.0
    total = 0.0
    for rule, arg in zip(ELEMENTWISE[expr.op], expr.args, strict=True):
        change = derivative(arg, name)
        if not is_number(change, 0):
            total = total + rule(change, expr, *expr.args)
    return total


def operations(expr, shared=False):
    """Count the operations of an expression, written out as text or shared as a graph.

    `shared`: count an operation object once, however often it is used.
    """
    counts = {}

    def count(e):
        if is_number(e) or e.op is None:
            return 0
        if id(e) not in counts:
            counts[id(e)] = 1 + sum(count(a) for a in e.args)
        return counts[id(e)]

    total = count(expr)
    return len(counts) if shared else total


def evaluate(expr, values):
    """Evaluate an expression; `values` maps variable names to numbers."""
    if is_number(expr):
        return expr
    if expr.op is None:
        return values[expr.args[0]]
    return expr.op(*(evaluate(a, values) for a in expr.args))
