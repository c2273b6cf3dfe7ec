# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Tensors made from a shape: constants and random draws."""

from .init_basic import (
    constant,
    one_hot,
    ones,
    ones_like,
    rand,
    randb,
    randn,
    zeros,
    zeros_like,
)

from .gains import InitError, fans, gain
from .init_initializers import (
    kaiming_normal,
    kaiming_uniform,
    xavier_normal,
    xavier_uniform,
)
