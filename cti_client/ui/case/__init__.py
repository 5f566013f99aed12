"""The case window."""
