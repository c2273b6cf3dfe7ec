# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What a fused operation saves: nodes recorded, and passes over the data."""

from needlebook import ops
from needlebook.autograd import find_topo_sort


def two_shifts(x):
    """Return x + 1 and x + 2, and the nodes this took, by two operations."""
    one, two = x + 1.0, x + 2.0
    return one, two, len(find_topo_sort([one, two])) - 1


def fused_shifts(x):
    """Return x + 1 and x + 2, and the nodes this took, fused."""
    one, two = ops.fused_add_scalars(x, 1.0, 2.0)
    return one, two, len(find_topo_sort([one, two])) - 1
