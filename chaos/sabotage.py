"""Deliberate wrongs, so that it is seen that each of the four counts can be other than zero."""

import random
from enum import StrEnum

SHARE = 0.05


class Sabotage(StrEnum):
    """What is done wrong, to one of twenty."""

    DROP_TEXT = "drop-text"
    """A text is acknowledged to the gateway and thrown away."""
    DOUBLE_TEXT = "double-text"
    """A text reaches the hub under two ids."""
    DROP_REPLY = "drop-reply"
    """A reply is acknowledged to the hub and thrown away."""
    DOUBLE_REPLY = "double-reply"
    """A reply reaches the phone twice."""
    GAP = "gap"
    """A frame of records vanishes on its way."""
    DOUBLE_ACCEPT = "double-accept"
    """Another agent, too, is told that the chat is theirs."""


class Saboteur:
    """Says when to do it. With no sabotage: never."""

    def __init__(self, sabotage: Sabotage | None, chance: random.Random) -> None:
        self._sabotage = sabotage
        self._chance = chance
        self.done = 0

    def strikes(self, sabotage: Sabotage) -> bool:
        """Do it now."""
        if sabotage is not self._sabotage or self._chance.random() >= SHARE:
            return False
        self.done += 1
        return True
