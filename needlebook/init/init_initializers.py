# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Random weights whose variance fits the layer that they are for."""

import math

from .gains import InitError
from .gains import gain as gain_of
from .init_basic import rand, randn


def positive_fans(fan_in, fan_out):
    """Raise InitError unless both are positive."""
    if not (fan_in > 0 and fan_out > 0):
        raise InitError(
            f"init: fan_in and fan_out must be positive, got {fan_in} and {fan_out}"
        )


def xavier_uniform(fan_in, fan_out, gain=1.0, *, shape=None, **kwargs):
    """Return uniform draws of variance gain^2 * 2 / (fan_in + fan_out).

    Of shape (fan_in, fan_out) unless `shape`. Glorot and Bengio 2010.
    """
    positive_fans(fan_in, fan_out)
    a = gain * math.sqrt(6 / (fan_in + fan_out))
    return rand(*(shape or (fan_in, fan_out)), low=-a, high=a, **kwargs)


def xavier_normal(fan_in, fan_out, gain=1.0, *, shape=None, **kwargs):
    """Return normal draws of variance gain^2 * 2 / (fan_in + fan_out).

    Of shape (fan_in, fan_out) unless `shape`. Glorot and Bengio 2010.
    """
    positive_fans(fan_in, fan_out)
    std = gain * math.sqrt(2 / (fan_in + fan_out))
    return randn(*(shape or (fan_in, fan_out)), std=std, **kwargs)


def gain_and_fan(fan_in, fan_out, nonlinearity, mode, gain, negative_slope):
    """Return the gain and the number of weights that share it, or raise InitError."""
    positive_fans(fan_in, fan_out)
    if mode not in ("fan_in", "fan_out"):
        raise InitError(f"kaiming: mode must be fan_in or fan_out, got {mode!r}")
    if gain is None:
        gain = gain_of(nonlinearity, negative_slope)
    return gain, fan_in if mode == "fan_in" else fan_out


def shape_and_nonlinearity(third, nonlinearity, default):
    """Return both; the third positional argument is a shape, in the course's homework
    2 a nonlinearity. Raises InitError where it is neither."""
    if third is None:
        return default, nonlinearity
    if isinstance(third, str):
        return default, third
    if isinstance(third, (tuple, list)):
        return tuple(third), nonlinearity
    raise InitError(
        f"kaiming: the third argument is a shape, such as (3, 3, 8, 16), or the name "
        f"of a nonlinearity; got {third!r}"
    )


def kaiming_uniform(
    fan_in,
    fan_out,
    shape=None,
    nonlinearity="relu",
    *,
    mode="fan_in",
    gain=None,
    negative_slope=0.01,
    **kwargs,
):
    """Return uniform draws of variance gain^2 / fan, of shape (fan_in, fan_out).

    `shape` replaces that shape, `mode` "fan_out" the fan, `gain` the gain that belongs
    to the nonlinearity. Raises InitError. He et al. 2015; course homework 2 and 4.
    """
    shape, nonlinearity = shape_and_nonlinearity(shape, nonlinearity, (fan_in, fan_out))
    gain, fan = gain_and_fan(fan_in, fan_out, nonlinearity, mode, gain, negative_slope)
    bound = gain * math.sqrt(3 / fan)
    return rand(*shape, low=-bound, high=bound, **kwargs)


def kaiming_normal(
    fan_in,
    fan_out,
    shape=None,
    nonlinearity="relu",
    *,
    mode="fan_in",
    gain=None,
    negative_slope=0.01,
    **kwargs,
):
    """Return normal draws of variance gain^2 / fan; arguments as `kaiming_uniform`."""
    shape, nonlinearity = shape_and_nonlinearity(shape, nonlinearity, (fan_in, fan_out))
    gain, fan = gain_and_fan(fan_in, fan_out, nonlinearity, mode, gain, negative_slope)
    return randn(*shape, std=gain / math.sqrt(fan), **kwargs)
