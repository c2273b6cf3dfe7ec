# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What three float formats can hold, and where training meets their limits."""

from dataclasses import dataclass

import numpy as np

FORMATS = ("float16", "float32", "float64")


@dataclass(frozen=True)
class Format:
    """Limits of one float format, all of them found by trying.

    `gap`: from 1 to the next number. `whole`: largest n such that all whole numbers up
    to n exist. `exp_limit`: largest x whose exp is finite.
    """

    name: str
    gap: float
    whole: int
    exp_limit: float
    exp_100: float


def exp_limit(name):
    """Return the largest x of this format whose exponential is finite, by bisection."""
    low, high = np.zeros((), name), np.full((), 1000, name)
    with np.errstate(over="ignore"):
        while np.nextafter(low, high) < high:
            middle = low + (high - low) / np.full((), 2, name)
            low, high = (middle, high) if np.isfinite(np.exp(middle)) else (low, middle)
    return float(low)


def limits(name):
    """Return the Format of this name."""
    one = np.ones((), name)
    gap, whole = one, 1
    while one + gap / 2 > one:
        gap = gap / np.full((), 2, name)
    while int(np.full((), whole + 1, name)) == whole + 1:
        whole *= 2
    with np.errstate(over="ignore"):
        exp_100 = np.exp(np.full((), 100, name))
    return Format(name, float(gap), whole, exp_limit(name), float(exp_100))


def walked(name, step, steps=10_000):
    """Start at 1, add `step` again and again in this format; return the way covered."""
    weight, step = np.ones((), name), np.full((), step, name)
    for _ in range(steps):
        weight = weight + step
    return float(weight) - 1.0
