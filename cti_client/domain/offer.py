"""An interaction put before an agent, with a number and a deadline."""

from enum import StrEnum


class OfferState(StrEnum):
    """Where an offer stands. Only `OPEN` can be answered."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
