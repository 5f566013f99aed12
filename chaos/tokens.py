"""The names by which texts and replies are told apart; each stands at the beginning of what is sent."""

import re

LINE = "+18005550100"
"""The number of ours that everybody texts."""

_TOKEN = re.compile(r"(?:T|R[0-9]+-)[0-9]+\b")


def customer(number: int) -> str:
    """The phone number of a customer."""
    return f"+1212556{number:04d}"


def token_of(text: str) -> str:
    """The name of a text or reply; empty where it is none of ours."""
    found = _TOKEN.match(text)
    return found[0] if found else ""
