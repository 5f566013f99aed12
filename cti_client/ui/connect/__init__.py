"""Where a person works."""
