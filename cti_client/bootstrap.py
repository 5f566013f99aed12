"""The one place where a desktop is wired: desk, windows and, for one person, the embedded hub."""
