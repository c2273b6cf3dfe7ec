# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Derivatives of programs: by differences here, by rules from the next chapter on."""
