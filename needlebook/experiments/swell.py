# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How large symbolic derivatives become."""

import functools

import numpy as np

from needlebook.differentiation.reverse import value_and_gradient
from needlebook.differentiation.symbolic import derivative, operations, variable
from needlebook.experiments.counting import Counted, operations_of


def product(*factors):
    """Product of all factors."""
    return functools.reduce(np.multiply, factors)


def product_costs(n):
    """Operations for all n derivatives of a product: symbolic, and by reverse mode.

    The symbolic count leaves the product itself out; reverse mode includes it.
    """
    names = [f"t{i}" for i in range(n)]
    formula = product(*map(variable, names))
    symbolic = sum(operations(derivative(formula, name)) for name in names)
    numbers = [Counted(1.0 + i) for i in range(n)]
    _, reverse = operations_of(lambda: value_and_gradient(product, *numbers))
    return symbolic, reverse


def logistic(x, rounds):
    """Iterate x -> 4 x (1 - x)."""
    for _ in range(rounds):
        x = 4 * x * (1 - x)
    return x


def logistic_swell(rounds):
    """Operations of the logistic map: program, formula, derivative, reverse mode."""
    formula = logistic(variable("x"), rounds)
    number = Counted(0.3)
    _, reverse = operations_of(
        lambda: value_and_gradient(lambda x: logistic(x, rounds), number)
    )
    return (
        operations(formula, shared=True),
        operations(formula),
        operations(derivative(formula, "x")),
        reverse,
    )
