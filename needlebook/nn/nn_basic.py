# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The basic modules under the module path that the course uses."""

from .activations import GELU, ReLU, Sigmoid, Tanh  # noqa: F401
from .containers import Identity, Residual, Sequential  # noqa: F401
from .linear import Flatten, Linear  # noqa: F401
from .losses import L2Loss, SoftmaxLoss  # noqa: F401
from .module import Module, Parameter  # noqa: F401
from .scale_add import MultiPathScaleAdd, ScaleAdd  # noqa: F401

# isort: split
from .dropout import Dropout  # noqa: F401
from .normalization import BatchNorm1d, LayerNorm1d  # noqa: F401
