# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What hand-written gradients cost in lines, and how their faults hide (L3b.12)."""

import ast
import difflib
import inspect

import numpy as np

from needlebook.differentiation.numerical import numerical_gradient, relative_error
from needlebook.manual import by_hand
from needlebook.manual.softmax import softmax_gradient, softmax_loss


def body(function):
    """The statements of a function, one string each."""
    tree = ast.parse(inspect.getsource(function))
    return [ast.unparse(statement) for statement in tree.body[0].body]


def changed(before, after):
    """How many statements of `after` are new or different."""
    lines = difflib.ndiff(body(before), body(after))
    return sum(line.startswith("+ ") for line in lines)


def ladder():
    """Per network: name, statements forward and backward, those that the edit from the
    network before changed in each, and the sums of paths in the backward pass."""
    rows, last = [], None
    for name, pair in by_hand.NETWORKS.items():
        edits = [changed(*step) for step in zip(last or (), pair, strict=bool(last))]
        rows.append((name, *(len(body(f)) for f in pair), edits, len(mutants(pair[1]))))
        last = pair
    return rows


class DropTerm(ast.NodeTransformer):
    """Replace the n-th sum a + b of a tree, or count them all with n = -1."""

    def __init__(self, n, keep):
        self.n, self.keep, self.seen = n, keep, 0

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Add):
            return node
        self.seen += 1
        return getattr(node, self.keep) if self.seen == self.n + 1 else node


def mutants(function):
    """Copies of a backward pass, each of which forgets one term of one sum of paths."""
    source = inspect.getsource(function)
    counter = DropTerm(-1, "left")
    counter.visit(ast.parse(source))
    found = []
    for n in range(counter.seen):
        for keep in ("left", "right"):
            tree = DropTerm(n, keep).visit(ast.parse(source))
            names = dict(vars(by_hand))
            exec(compile(ast.fix_missing_locations(tree), "<mutant>", "exec"), names)
            found.append(names[function.__name__])
    return found


def errors(name, backward=None, seed=0):
    """Relative errors by A, B, C of a network's backward pass, or of one put there."""
    forward, right = by_hand.NETWORKS[name]
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(8, 5)), rng.integers(0, 3, 8)
    weights = [rng.normal(size=shape) for shape in [(5, 6), (6, 6), (6, 3)]]
    H, cache = forward(X, *weights)
    claimed = (backward or right)(softmax_gradient(H, y), cache, *weights)
    found = []
    for i, gradient in enumerate(claimed):

        def loss(W, i=i):
            return softmax_loss(forward(X, *weights[:i], W, *weights[i + 1 :])[0], y)

        found.append(relative_error(gradient, numerical_gradient(loss, weights[i])))
    return found


def caught(name):
    """How many mutants of a backward pass the shapes give away, how many the oracle."""
    by_shape = by_oracle = 0
    for mutant in mutants(by_hand.NETWORKS[name][1]):
        try:
            by_oracle += max(errors(name, mutant)) > 1e-3
        except ValueError:
            by_shape += 1
    return by_shape, by_oracle
