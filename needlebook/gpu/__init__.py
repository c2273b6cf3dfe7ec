# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Kernels for a GPU, rung by rung: run, counted, weighed against an architecture."""
