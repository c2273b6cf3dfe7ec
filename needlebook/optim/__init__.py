# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Optimizers: what changes parameters by their gradients."""

from ..errors import OptimizerError
from .adam import Adam, AdamW
from .clipping import clip_norm, clip_value
from .lbfgs import lbfgs
from .newton import hessian, newton, newton_cg
from .optimizer import Optimizer
from .rmsprop import RMSProp
from .sgd import SGD
