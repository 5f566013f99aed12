"""A desktop softphone for SMS chat in contact centres."""

__version__ = "0.1.0"
