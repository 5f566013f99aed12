"""What is kept of an agent's token."""

import hashlib


def hash_token(token: str) -> str:
    """SHA-256 in hex. Tokens are long and random, so that a fast hash is enough."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
