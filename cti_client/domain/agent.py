"""Agents and their presence (C2)."""

from enum import StrEnum


class Presence(StrEnum):
    """Only `AVAILABLE` gets offers."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"
    OFFLINE = "offline"
    MISSED = "missed"
    """Let `MISSES_TO_MISSED` offers in a row pass; lasts until the agent chooses another one (C3)."""


MISSES_TO_MISSED = 2
"""Offers in a row that lapse before an Available agent before nobody counts on that agent any more (C3)."""

AWAY_FROM_OFFERS = frozenset({Presence.OFFLINE, Presence.MISSED})
"""Nobody sits there: offers that stand before such an agent go on to others at once."""

LONGEST_REASON = 60
"""Characters of a presence's reason."""
