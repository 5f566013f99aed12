"""What differs between Windows, macOS and Linux, behind small ports."""
