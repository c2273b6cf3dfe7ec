# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The mathematical operations under the module path that the course uses."""

from .ops_activations import *  # noqa: F403
from .ops_elementwise import *  # noqa: F403
from .ops_shape import *  # noqa: F403
