"""Consent between one of our lines and one customer number (B7, B8)."""

from enum import StrEnum


class ConsentState(StrEnum):
    """`UNKNOWN`: never texted us on this line and no basis recorded."""

    UNKNOWN = "unknown"
    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"
