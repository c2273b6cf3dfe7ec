# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Convolution in every way that the chapter compares, and what one counts of it."""
