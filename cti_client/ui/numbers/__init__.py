"""What one can do with a phone number."""
