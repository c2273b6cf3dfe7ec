"""The workshop: set-up, execution, native parts, pages and deep tests of the book."""
