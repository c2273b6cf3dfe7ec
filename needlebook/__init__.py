# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""needlebook: the library that the book *Deep Learning Systems* builds."""

__version__ = "0.1.0"

# isort: off
from . import ops
from .ops import *  # noqa: F403
from .autograd import Tensor, cpu, all_devices

from . import init
from .init import ones, zeros, zeros_like, ones_like

from . import optim
from . import data, nn
from .backend_selection import *  # noqa: F403
