# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Analytic gradients beside numeric ones."""

from dataclasses import dataclass

import numpy as np

from .autograd import Tensor
from .differentiation.numerical import numerical_gradient
from .errors import GradientMismatch, OperandError


@dataclass(frozen=True)
class Comparison:
    """Gradient by one input: what the library says, and what differences say."""

    number: int
    analytic: np.ndarray
    numeric: np.ndarray

    @property
    def errors(self):
        """Difference of each entry, by the largest entry where that is above 1."""
        largest = max(
            abs(self.analytic).max(initial=1), abs(self.numeric).max(initial=1)
        )
        return abs(self.analytic - self.numeric) / largest

    def table(self, rows=4):
        """Text with the `rows` worst entries, analytic beside numeric."""
        worst = np.argsort(self.errors, axis=None)[::-1][:rows]
        lines = [f"input {self.number}  entry        analytic       numeric      error"]
        for place in worst:
            index = np.unravel_index(place, self.errors.shape)
            entry = "[" + ", ".join(map(str, index)) + "]"
            lines.append(
                f"         {entry:<10} {self.analytic[index]:>12.6f}  "
                f"{self.numeric[index]:>12.6f}  {self.errors[index]:>9.1e}"
            )
        return "\n".join(lines)


DTYPE = Tensor(0.5).dtype
EPS, TOLERANCE = (1e-6, 1e-6) if DTYPE == "float64" else (1e-2, 5e-3)


def compare_gradients(function, *inputs, seed=0, eps=EPS):
    """Return a Comparison for each input that wants a gradient.

    `function` maps Tensors to one Tensor. Its result is weighted with fixed random
    numbers and added up, so that every output counts and none cancels another.
    """
    for value in inputs:
        if not isinstance(value, Tensor) or value.dtype != DTYPE:
            raise OperandError(f"gradcheck: wanted Tensors of dtype {DTYPE}")
    out = function(*inputs)
    weights = np.random.default_rng(seed).normal(size=out.shape)
    out.backward(Tensor(weights, requires_grad=False))
    analytic = [value.grad and value.grad.numpy() for value in inputs]
    comparisons = []
    for i, value in enumerate(inputs):
        if not value.requires_grad:
            continue

        def weighted(array, i=i):
            changed = [*inputs[:i], Tensor(array), *inputs[i + 1 :]]
            return np.sum(weights * function(*changed).numpy())

        numeric = numerical_gradient(weighted, value.numpy(), eps)
        got = np.zeros_like(numeric) if analytic[i] is None else analytic[i]
        if got.shape != numeric.shape:
            raise GradientMismatch(
                f"gradcheck: input {i} has shape {numeric.shape}, "
                f"its gradient {got.shape}"
            )
        comparisons.append(Comparison(i, got, numeric))
    return comparisons


def gradcheck(function, *inputs, tolerance=TOLERANCE, seed=0, eps=EPS, verbose=True):
    """Print analytic gradients beside numeric ones; refuse those that differ.

    Returns the largest error, relative to the largest entry. `inputs`: Tensors of dtype
    `DTYPE`, away from kinks by more than `eps`. Raises GradientMismatch.
    """
    comparisons = compare_gradients(function, *inputs, seed=seed, eps=eps)
    tables = "\n".join(comparison.table() for comparison in comparisons)
    worst = max(comparison.errors.max(initial=0.0) for comparison in comparisons)
    if not worst <= tolerance:
        raise GradientMismatch(f"gradcheck: error {worst:.1e} at worst\n{tables}")
    if verbose:
        print(tables)
    return float(worst)
