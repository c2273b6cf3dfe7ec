# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What training spends its time in, native where the arrays allow it."""

from .hosts import fused, loops, readable
