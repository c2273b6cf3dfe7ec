# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Networks with hand-made gradients, in NumPy alone."""
