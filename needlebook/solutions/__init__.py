# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Solutions of the exercises, one module per chapter."""
