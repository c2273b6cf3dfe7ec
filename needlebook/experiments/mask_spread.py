# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How far the loss of a unit is felt in the layers behind it (L9.46)."""

import numpy as np


def deep_weights(depth=12, width=40, seed=0):
    """Return `depth` square matrices with Kaiming's variance."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, np.sqrt(2 / width), (depth, width, width))


def activations(weights, X, masks):
    """Return activations (depth, m, width); masks[i] multiplies those of layer i."""
    found = []
    for i, W in enumerate(weights):
        X = np.maximum(X @ W, 0) * masks.get(i, 1.0)
        found.append(X)
    return np.array(found)


def spread_of_one_unit(layer=1, m=200, seed=0):
    """Drop the busiest unit of a layer; return every unit's change, (depth, width).

    RMS over m inputs, as a part of the layer's own RMS.
    """
    weights = deep_weights(seed=seed)
    X = np.random.default_rng(seed + 1).normal(size=(m, weights.shape[1]))
    before = activations(weights, X, {})
    mask = np.ones(weights.shape[1])
    mask[(before[layer] ** 2).mean(axis=0).argmax()] = 0
    change = activations(weights, X, {layer: mask}) - before
    size = np.sqrt((before**2).mean(axis=(1, 2)))
    return np.sqrt((change**2).mean(axis=1)) / size[:, None]


def spread_of_masks(p, layers, m=200, seed=0):
    """Return the relative change of each layer when those in `layers` are masked."""
    weights = deep_weights(seed=seed)
    rng = np.random.default_rng(seed + 1)
    X = rng.normal(size=(m, weights.shape[1]))
    before = activations(weights, X, {})
    masks = {i: (rng.random(X.shape) >= p) / (1 - p) for i in layers}
    change = activations(weights, X, masks) - before
    return np.linalg.norm(change, axis=(1, 2)) / np.linalg.norm(before, axis=(1, 2))
