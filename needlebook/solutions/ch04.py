# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Solutions of the exercises of chapter 4."""

import itertools

import numpy as np

from needlebook.differentiation.forward import Dual, jvp
from needlebook.differentiation.graph import Node, topological_order
from needlebook.differentiation.higher_order import hessian
from needlebook.differentiation.reverse import backprop, pull, value_and_gradient
from needlebook.differentiation.rules import ELEMENTWISE
from needlebook.differentiation.symbolic import is_number


def complex_step(f, x, eps=1e-20):
    """Derivative of f at x from one evaluation at x + i eps; f must be analytic."""
    return np.imag(f(x + 1j * eps)) / eps


def second_difference(f, x, eps):
    """Second derivative of f at x from three evaluations; error O(eps^2)."""
    return (f(x + eps) - 2 * f(x) + f(x - eps)) / eps**2


def second_difference_eps(dtype):
    """Step that balances truncation and rounding in second_difference: u^(1/4)."""
    return float((np.finfo(dtype).eps / 2) ** 0.25)


def product_gradient(values):
    """All n partial derivatives of a product, and the multiplications they took.

    Prefix products from the left, suffix products from the right: 3n - 6 for n > 2.
    """
    n, multiplications = len(values), 0
    before, after = [1.0] * n, [1.0] * n
    for i in range(1, n):
        before[i] = before[i - 1] * values[i - 1]
        after[n - 1 - i] = after[n - i] * values[n - i]
        multiplications += 2 * (i > 1)
    gradient = [b * a for b, a in zip(before, after, strict=True)]
    return gradient, multiplications + max(n - 2, 0)


def inverse_adjoint(inverse, adjoint):
    """Adjoint of X for Y = X^{-1}: -Y^T Ybar Y^T. Both arguments (n, n)."""
    return -inverse.T @ adjoint @ inverse.T


def jacobian(f, x):
    """Jacobian of f: (n,) -> (m,) at x, shape (m, n), one reverse sweep per row."""
    leaf = Node(x)
    output = f(leaf)
    rows = []
    for seed in np.eye(output.shape[0]):
        backprop(output, seed=seed)
        rows.append(leaf.grad)
    return np.stack(rows)


def shared_derivative(expr, name):
    """Derivative of an expression that keeps shared parts shared."""
    known = {}

    def derive(e):
        if is_number(e):
            return 0.0
        if e.op is None:
            return 1.0 if e.args[0] == name else 0.0
        if id(e) not in known:
            total = 0.0
            for rule, arg in zip(ELEMENTWISE[e.op], e.args, strict=True):
                change = derive(arg)
                if not is_number(change, 0):
                    total = total + rule(change, e, *e.args)
            known[id(e)] = total
        return known[id(e)]

    return derive(expr)


def newton_step(f, x):
    """Return x - H^{-1} g for a scalar f of a vector x, with H and g from AD."""
    gradient = value_and_gradient(f, x)[1][0]
    return x - np.linalg.solve(hessian(f, x), gradient)


def bisecting_gradient(stages, x, adjoint=None):
    """Gradient of a chain of stages that keeps O(log L) values at once.

    Runs the first half forward, takes the adjoint through the second half, then
    through the first. Returns (gradient, stages run, most inputs kept).
    """
    if len(stages) == 1:
        leaf = Node(x)
        backprop(stages[0](leaf), seed=adjoint)
        return leaf.grad, 1, 1
    half = len(stages) // 2
    middle = x
    for stage in stages[:half]:
        middle = stage(middle)
    adjoint, later_runs, later_kept = bisecting_gradient(stages[half:], middle, adjoint)
    adjoint, runs, kept = bisecting_gradient(stages[:half], x, adjoint)
    return adjoint, half + later_runs + runs, max(1 + later_kept, kept)


class Tagged(Dual):
    """A dual number whose change belongs to one differentiation, named by `tag`."""

    def __init__(self, primal, tangent, tag):
        super().__init__(primal, tangent)
        self.tag = tag

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        tag = max(x.tag for x in inputs if isinstance(x, Tagged))
        mine = [isinstance(x, Tagged) and x.tag == tag for x in inputs]
        primals = [x.primal if m else x for x, m in zip(inputs, mine, strict=True)]
        value, tangent = ufunc(*primals), 0.0
        for rule, x, m in zip(ELEMENTWISE[ufunc], inputs, mine, strict=True):
            if m:
                tangent = tangent + rule(x.tangent, value, *primals)
        return Tagged(value, tangent, tag)


TAGS = itertools.count(1)


def slope(f, x):
    """Derivative of f at x by forward mode; f may itself call `slope`."""
    tag = next(TAGS)
    out = f(Tagged(x, 1.0, tag))
    return out.tangent if isinstance(out, Tagged) and out.tag == tag else 0.0


def random_direction_gradient(f, x, passes, seed=0):
    """Estimate the gradient of f at x from forward passes in random directions.

    The mean of (g . v) v over standard normal v is g: each pass gives one sample.
    """
    rng = np.random.default_rng(seed)
    total = np.zeros(np.shape(x))
    for _ in range(passes):
        v = rng.standard_normal(np.shape(x))
        total += jvp(f, [x], [v])[1] * v
    return total / passes


def frugal_backprop(output):
    """Sweep back and forget: adjoints of leaves, and the most adjoints held at once."""
    held, leaves, most = {output: np.ones(output.shape)[()]}, {}, 1
    for node in reversed(topological_order(output)):
        if node not in held:
            continue
        adjoint = held.pop(node)
        if node.op is None:
            leaves[node] = adjoint
        values = [x.value for x in node.inputs]
        for k, part in pull(node.op, adjoint, node.value, values):
            x = node.inputs[k]
            held[x] = held[x] + part if x in held else part
        most = max(most, len(held) + len(leaves))
    return leaves, most


def corner_slopes(alpha):
    """Slopes at 0 of relu(x) - relu(-x) and of relu(relu(x)) where relu'(0) = alpha."""

    def relu(x):
        return x * ((1.0 - alpha) * (x > 0) + alpha * (x >= 0))

    programs = (lambda x: relu(x) - relu(-x), lambda x: relu(relu(x)))
    return tuple(float(value_and_gradient(f, 0.0)[1][0]) for f in programs)
