"""Who gets which chat (C1, C2, C3).

A chat that waits goes to an agent who is Available and has room. The agent of the customer's last case comes first;
else whoever has the fewest chats and requests, and of those whoever has been idle longest. Nobody is asked twice in
one round. An agent whose desktop is cut off is passed over while another is there, and asked once it is back. Chats
are placed in the order in which they are given: the longest-waiting first.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from cti_client.domain import Millis
from cti_client.domain.agent import Presence

USUAL_CAPACITY = 3
"""Chats and requests at once of an agent among several, where nothing else is set."""

UNLIMITED = 1_000_000
"""Room of the only agent of a hub: what does not ring there rings nowhere."""


@dataclass(frozen=True, slots=True)
class RoutableAgent:
    """An agent as routing sees them.

    `idle_since`: when they last took, got or ended a chat, or became Available. `load`: open chats and standing
    requests. `capacity`: how many of them routing may give. `cut_off`: their desktop is off the line, not yet for so
    long that they count as gone.
    """

    agent_id: int
    idle_since: Millis
    load: int = 0
    capacity: int = USUAL_CAPACITY
    presence: Presence = Presence.AVAILABLE
    cut_off: bool = False

    @property
    def has_room(self) -> bool:
        """May be given one more."""
        return self.presence is Presence.AVAILABLE and self.load < self.capacity


@dataclass(frozen=True, slots=True)
class QueuedChat:
    """A chat without an agent.

    `offer_ms`: the time to answer on its line. `asked`: who let an offer of this round pass. `last_number`: of its
    last offer. `previous_agent`: of the customer's last case.
    """

    chat_id: int
    offer_ms: Millis
    asked: frozenset[int] = frozenset()
    last_number: int = 0
    previous_agent: int | None = None


@dataclass(frozen=True, slots=True)
class MakeOffer:
    """Put the chat before this agent."""

    chat_id: int
    agent_id: int
    number: int
    deadline: Millis


class Why(Enum):
    """Why a chat goes before nobody now."""

    NOBODY_LEFT = "nobody left"
    """Everyone who is Available let it pass in this round: it is for anyone to take (C3)."""
    NOBODY_AVAILABLE = "nobody available"
    EVERYONE_BUSY = "everyone busy"
    """Somebody who is Available was not asked yet, but has no room, or no link."""


@dataclass(frozen=True, slots=True)
class LeaveIt:
    """The chat goes before nobody now."""

    chat_id: int
    why: Why


Decision = MakeOffer | LeaveIt


def route(chats: Iterable[QueuedChat], agents: Iterable[RoutableAgent], now: Millis) -> list[Decision]:
    """One decision for each chat, in their order. The order in which agents are given is of no account."""
    available = {agent.agent_id: agent for agent in agents if agent.presence is Presence.AVAILABLE}
    free = {agent.agent_id: agent for agent in _free(available.values())}
    decisions: list[Decision] = []
    for chat in chats:
        chosen = _choose(chat, free)
        if chosen is None:
            decisions.append(LeaveIt(chat.chat_id, _why(chat, available)))
            continue
        number, deadline = chat.last_number + 1, now + chat.offer_ms
        decisions.append(MakeOffer(chat.chat_id, chosen.agent_id, number, deadline))
        busier = replace(chosen, load=chosen.load + 1)
        if busier.has_room:
            free[chosen.agent_id] = busier
        else:
            del free[chosen.agent_id]
    return decisions


def room(agents: Sequence[RoutableAgent]) -> int:
    """How many chats they can be given altogether."""
    return sum(agent.capacity - agent.load for agent in _free(agents))


def _free(agents: Collection[RoutableAgent]) -> list[RoutableAgent]:
    """Who has room; of those cut off only where nobody who is Available is there."""
    anybody_there = any(agent.presence is Presence.AVAILABLE and not agent.cut_off for agent in agents)
    return [agent for agent in agents if agent.has_room and not (agent.cut_off and anybody_there)]


def _choose(chat: QueuedChat, free: dict[int, RoutableAgent]) -> RoutableAgent | None:
    left = [agent for agent in free.values() if agent.agent_id not in chat.asked]
    return min(left, key=lambda agent: _rank(chat, agent), default=None)


def _rank(chat: QueuedChat, agent: RoutableAgent) -> tuple[bool, int, Millis, int]:
    return (agent.agent_id != chat.previous_agent, agent.load, agent.idle_since, agent.agent_id)


def _why(chat: QueuedChat, available: dict[int, RoutableAgent]) -> Why:
    if any(agent_id not in chat.asked for agent_id in available):
        return Why.EVERYONE_BUSY
    return Why.NOBODY_LEFT if chat.asked else Why.NOBODY_AVAILABLE
