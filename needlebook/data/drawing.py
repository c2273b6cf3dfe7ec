# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Where transforms draw from: np.random, unless a loader gave the batch its own."""

from contextlib import contextmanager
from threading import local

import numpy as np

HERE = local()


def draws():
    """Return the source of draws of this thread: np.random, or what it was given."""
    return getattr(HERE, "source", None) or np.random


@contextmanager
def drawing_from(source):
    """Inside the block, draws of this thread come from `source` (None: np.random)."""
    before = getattr(HERE, "source", None)
    HERE.source = source
    try:
        yield
    finally:
        HERE.source = before
