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


def shown(values, digits=3):
    """Return the mean of values and its interval as text: "0.952 [0.941, 0.963]"."""
    mean, low, high = mean_interval(values)
    return f"{mean:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
