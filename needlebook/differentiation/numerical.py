# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Derivatives from evaluations alone: slow, and blind to how a gradient was derived."""

import numpy as np


def numerical_gradient(f, x, eps=1e-6):
    """Gradient of a scalar function by central differences, one entry at a time.

    `x`: an array or a number, read as float64; the gradient has its shape. f is called
    twice per entry. The error is of order eps^2, plus rounding of about 1e-16 / eps.
    """
    x = np.array(x, dtype=np.float64)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        here = x[index]
        x[index] = here + eps
        up = f(x)
        x[index] = here - eps
        down = f(x)
        x[index] = here
        gradient[index] = (up - down) / (2 * eps)
    return gradient


def relative_error(claimed, measured):
    """Norm of the difference of two arrays by the larger of their norms; 0 to 2.

    Raises ValueError when the shapes differ: broadcasting would hide it.
    """
    claimed, measured = np.asarray(claimed), np.asarray(measured)
    if claimed.shape != measured.shape:
        raise ValueError(
            f"relative_error: the claimed gradient has shape {claimed.shape}, "
            f"the measured one {measured.shape}; they must be equal"
        )
    scale = max(np.linalg.norm(claimed), np.linalg.norm(measured))
    return float(np.linalg.norm(claimed - measured) / scale) if scale else 0.0


def one_sided(f, x, eps):
    """Slope of f at x from f(x) and f(x + eps); error O(eps), in the precision of x."""
    step = (x + eps) - x  # the step that the rounded sum really takes
    return (f(x + eps) - f(x)) / step


def central(f, x, eps):
    """Slope of f at x from f(x - eps) and f(x + eps); error O(eps^2)."""
    step = (x + eps) - (x - eps)
    return (f(x + eps) - f(x - eps)) / step


def best_eps(dtype, sided=2):
    """Rule of thumb for eps at values near 1: u^(1/2) one-sided, u^(1/3) central.

    `dtype`: a floating type, u its unit roundoff. `sided`: 1 or 2.
    """
    unit = np.finfo(dtype).eps / 2
    return float(unit ** (1 / (sided + 1)))


def directional_check(f, gradients, xs, seed=0, eps=1e-6):
    """Compare claimed gradients with a difference quotient in one random direction.

    `gradients`, `xs`: lists of arrays of equal shapes; f(*xs) is a scalar. Returns
    (claimed, measured, relative error). Costs two evaluations, whatever the sizes.
    """
    rng = np.random.default_rng(seed)
    directions = [rng.standard_normal(np.shape(x)) for x in xs]
    length = np.sqrt(sum(np.sum(d * d) for d in directions))
    directions = [d / length for d in directions]
    for k, (gradient, x) in enumerate(zip(gradients, xs, strict=True)):
        if np.shape(gradient) != np.shape(x):
            raise ValueError(
                f"directional_check: gradient {k} has shape {np.shape(gradient)}, its "
                f"argument has shape {np.shape(x)}; they must be equal"
            )
    pairs = zip(directions, gradients, strict=True)
    claimed = float(sum(np.sum(d * g) for d, g in pairs))
    up = f(*(x + eps * d for x, d in zip(xs, directions, strict=True)))
    down = f(*(x - eps * d for x, d in zip(xs, directions, strict=True)))
    measured = float((up - down) / (2 * eps))
    scale = max(abs(claimed), abs(measured), 1e-12)
    return claimed, measured, abs(claimed - measured) / scale


def numerical_jacobian(f, x, eps=1e-6):
    """Jacobian of a vector function by central differences.

    `x`: (n,); f returns (m,). Returns (m, n): row j holds the partials of f_j.
    """
    columns = []
    for k in range(len(x)):
        shift = np.zeros(len(x))
        shift[k] = eps
        columns.append((f(x + shift) - f(x - shift)) / (2 * eps))
    return np.stack(columns, axis=1)
