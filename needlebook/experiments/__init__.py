# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The measurements of the book: seeded functions that return numbers."""
