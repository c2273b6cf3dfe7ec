# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The ladder of matrix products: rungs to run, loads to count, costs to predict."""

from .rungs import RUNGS, TILES, Loads, count, isa, matmul, run, use_isa

__all__ = ["RUNGS", "TILES", "Loads", "count", "isa", "matmul", "run", "use_isa"]
