# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Three ways to program a network: layers, sessions, and traces of what ran."""
