"""Agents and their presence (C2)."""

from enum import StrEnum


class Presence(StrEnum):
    """Only `AVAILABLE` gets offers."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"
    OFFLINE = "offline"
