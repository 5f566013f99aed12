"""Who gets the next chat (C2, C3)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cti_client.domain import Millis


@dataclass(frozen=True, slots=True)
class RoutableAgent:
    """An Available agent. `idle_since`: when they last took, got or ended a chat, or became Available."""

    agent_id: int
    idle_since: Millis


def choose_agent(available: Iterable[RoutableAgent], asked: Collection[int] = ()) -> int | None:
    """The agent who has been idle longest and was not `asked` for this chat yet; None where nobody is left.

    Of two equally idle agents the one with the smaller id comes first, in whatever order they are given.
    """
    left = (agent for agent in available if agent.agent_id not in asked)
    chosen = min(left, key=lambda agent: (agent.idle_since, agent.agent_id), default=None)
    return None if chosen is None else chosen.agent_id
