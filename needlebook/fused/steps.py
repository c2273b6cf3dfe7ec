# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""One step of an optimizer as one pass over its arrays."""

import numpy as np

from .hosts import FLOAT32, compact, like, ready
from .products import call


def states(optimizer, p):
    """Return the running averages of a parameter; None if one is of another shape,
    or cannot be changed where it lies."""
    found, shape = [], p.shape
    for name in optimizer.averages:
        array = optimizer.average(name, p)
        if array.shape != shape or not in_place(array):
            return None
        found.append(array)
    return found


def in_place(array):
    """Whether a native loop may write into this array where it lies."""
    if type(array) is np.ndarray:
        return array.flags.carray and array.dtype == FLOAT32
    return compact(array) is array


def weights_and_gradient(p):
    """Return both arrays of `p` for a loop; None if unfit or of different shapes."""
    w, g = p.realize_cached_data(), p.grad.realize_cached_data()
    return ready(w, g) if w.shape == g.shape else None


def adam(optimizer, p):
    """Return the new array of `p` after a step of Adam, or None."""
    arrays = weights_and_gradient(p)
    averages = states(optimizer, p) if arrays is not None else None
    if averages is None:
        return None
    w = arrays[0]
    of_m, of_v = optimizer.corrections()
    root, rate, decay = of_v**0.5, float(optimizer.lr), optimizer.weight_decay
    shares = 1 - optimizer.beta1, 1 - optimizer.beta2
    scales = optimizer.eps * root, rate * root / of_m
    decays = (0.0, 1 - rate * decay) if optimizer.decoupled else (decay, 1.0)
    out = like(w, w.shape)
    if len(averages) == 2:
        averages.append(0)
    call("adam", w.size, *arrays, *averages, out, *shares, *scales, *decays)
    return out


def momentum(optimizer, p):
    """Return the new array of `p` after a step of SGD, or None."""
    arrays = weights_and_gradient(p)
    averages = states(optimizer, p) if arrays is not None else None
    if averages is None:
        return None
    w = arrays[0]
    rate, beta = float(optimizer.lr), optimizer.momentum
    if averages and optimizer.unbiased:
        rate /= 1 - beta ** (optimizer.t + optimizer.nesterov)
    out = like(w, w.shape)
    numbers = 1 - beta, rate, float(optimizer.weight_decay)
    state = averages[0] if averages else 0
    call("momentum", w.size, *arrays, state, out, *numbers, bool(optimizer.nesterov))
    return out
