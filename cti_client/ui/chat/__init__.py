"""The chat in it: rows, drawing, pages."""
