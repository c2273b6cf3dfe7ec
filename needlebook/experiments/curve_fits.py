# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Curves through few noisy points: width and ridge, in closed form (L9.27, L9.37)."""

import numpy as np

POINTS, NOISE = 12, 0.15


def target(x):
    """Return the function that is to be found."""
    return np.sin(2.5 * x)


def kinks(x, width, rng):
    """Return features max(0, s (x - t)) / sqrt(width), kinks t at random places."""
    t, s = rng.uniform(-1.2, 1.2, width), rng.choice([-1.0, 1.0], width)
    return np.maximum(0, s * (x[:, None] - t)) / np.sqrt(width)


def ridge(features, y, lam):
    """Return the weights of least |Fw - y|^2 + lam |w|^2; lam 0: of smallest norm."""
    if lam == 0:
        return np.linalg.pinv(features, rcond=1e-9) @ y
    n = features.shape[1]
    return np.linalg.solve(features.T @ features + lam * np.eye(n), features.T @ y)


def curve(width, lam, seed=0):
    """Return the points x, y, a grid, and the fitted curve on it."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(-1, 1, POINTS))
    y = target(x) + NOISE * rng.normal(size=POINTS)
    grid = np.linspace(-1, 1, 201)
    features = kinks(np.concatenate([x, grid]), width, rng)
    w = ridge(features[:POINTS], y, lam)
    return x, y, grid, features[POINTS:] @ w


def curve_error(width, lam=0.0, seeds=range(200)):
    """Return the median over seeds of the RMS distance between curve and target."""
    found = []
    for seed in seeds:
        _, _, grid, fitted = curve(width, lam, seed)
        found.append(np.sqrt(np.mean((fitted - target(grid)) ** 2)))
    return float(np.median(found))
