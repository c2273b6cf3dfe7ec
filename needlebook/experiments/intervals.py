# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A mean over seeds with its interval."""

from __future__ import annotations

import numpy as np

# 97.5 % quantiles of Student's t for 1 to 11 degrees of freedom
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201)


def mean_interval(values):
    """Return (mean, low, high): Student's 95 % interval of 2 to 12 values."""
    values = np.asarray(values, float)
    if not 2 <= len(values) <= len(STUDENT) + 1:
        raise ValueError(f"mean_interval: wants 2 to 12 values, got {len(values)}")
    half = STUDENT[len(values) - 2] * values.std(ddof=1) / np.sqrt(len(values))
    mean = float(values.mean())
    return mean, mean - float(half), mean + float(half)


def percent(values):
    """Return mean and interval of shares as text, in percent: "95.2 [94.1, 96.3]"."""
    mean, low, high = (100 * number for number in mean_interval(values))
    return f"{mean:.1f} [{low:.1f}, {high:.1f}]"
