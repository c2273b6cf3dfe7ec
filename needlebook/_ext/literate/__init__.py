"""The literate engine: the book is the source, the library is read out of it.

Nothing here imports the library or Sphinx, so a library that does not import can
still be repaired.
"""

from .book import Book
from .model import Block, Exercise, Page
from .problems import LiterateError, Problem
from .tree import File, Line, Origin, Tree

__all__ = [
    "Block",
    "Book",
    "Exercise",
    "File",
    "Line",
    "LiterateError",
    "Origin",
    "Page",
    "Problem",
    "Tree",
]
