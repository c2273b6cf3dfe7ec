# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How the error of a difference quotient depends on its step."""

import numpy as np

from needlebook.differentiation.numerical import central, one_sided

METHODS = {"one-sided": one_sided, "central": central}


def quotient_errors(method, dtype, steps, points=50):
    """Root-mean-square error of the slope of sin, one number per step.

    `method`: "one-sided" or "central". `dtype`: precision of the arithmetic.
    `steps`: (k,). The slopes are taken at `points` places between 0.5 and 1.
    """
    x = np.linspace(0.5, 1.0, points, dtype=dtype)
    truth = np.cos(x.astype(np.float64))
    errors = []
    for step in steps:
        slope = METHODS[method](np.sin, x, dtype(step)).astype(np.float64)
        errors.append(np.sqrt(np.mean((slope - truth) ** 2)))
    return np.array(errors)


def best_steps(steps, points=50):
    """Best step and its error: {(method, dtype name): (step, error)}."""
    found = {}
    for method in METHODS:
        for dtype in (np.float32, np.float64):
            span = steps[steps > 4 * np.finfo(dtype).eps]
            errors = quotient_errors(method, dtype, span, points)
            best = np.argmin(errors)
            found[method, dtype.__name__] = (span[best], errors[best])
    return found
