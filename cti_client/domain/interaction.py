"""One live SMS chat with one customer.

`QUEUED` waits for routing; `OFFERED` stands before an agent; `WAITING` was declined or missed by everyone and
may be pulled by anyone; `OPEN` is held by an agent through a case; `ENDED` is over. At most one interaction of
a thread is not `ENDED` (A10).

A chat whose agent is gone while the customer waits goes through `QUEUED`, `OFFERED` and `WAITING` again; it stays that
agent's until another opens it, and is theirs as before if they are back first (A9).
"""

from enum import StrEnum

from cti_client.domain.errors import IllegalMoveError


class InteractionState(StrEnum):
    """Where an interaction stands."""

    QUEUED = "queued"
    OFFERED = "offered"
    WAITING = "waiting"
    OPEN = "open"
    ENDED = "ended"


class InteractionEvent(StrEnum):
    """What moves an interaction."""

    OFFERED = "offered"
    """Routing put it before an agent."""
    PASSED = "passed"
    """Its offer was declined, lapsed or was withdrawn; routing looks for the next agent."""
    NOBODY_LEFT = "nobody_left"
    """Everyone available was asked."""
    OPENED = "opened"
    """An agent accepted it, took it from the Waiting list or started it."""
    RELEASED = "released"
    """Its agent is gone and the customer waits: others are asked."""
    RESUMED = "resumed"
    """Its agent is back before another took it."""
    CLOSED = "closed"
    """Its agent closed it. Nothing else ends an interaction that an agent held (A8)."""


_NEXT: dict[InteractionState, dict[InteractionEvent, InteractionState]] = {
    InteractionState.QUEUED: {
        InteractionEvent.OFFERED: InteractionState.OFFERED,
        InteractionEvent.NOBODY_LEFT: InteractionState.WAITING,
        InteractionEvent.OPENED: InteractionState.OPEN,
        InteractionEvent.RESUMED: InteractionState.OPEN,
    },
    InteractionState.OFFERED: {
        InteractionEvent.PASSED: InteractionState.QUEUED,
        InteractionEvent.OPENED: InteractionState.OPEN,
    },
    InteractionState.WAITING: {
        InteractionEvent.OPENED: InteractionState.OPEN,
        InteractionEvent.RESUMED: InteractionState.OPEN,
    },
    InteractionState.OPEN: {
        InteractionEvent.RELEASED: InteractionState.QUEUED,
        InteractionEvent.CLOSED: InteractionState.ENDED,
    },
    InteractionState.ENDED: {},
}


def next_state(state: InteractionState, event: InteractionEvent) -> InteractionState:
    """The state after `event`. Raises `IllegalMoveError` where the event cannot happen in this state."""
    try:
        return _NEXT[state][event]
    except KeyError:
        raise IllegalMoveError("interaction", state, event) from None


class Direction(StrEnum):
    """Seen from us: `IN` from the customer, `OUT` to the customer."""

    IN = "in"
    OUT = "out"


class CaseChoice(StrEnum):
    """What Accept does with the case (A8)."""

    CONTINUE = "continue"
    NEW = "new"


class CaseStatus(StrEnum):
    """A case's status as the agent sets it."""

    OPEN = "open"
    PENDING = "pending"
    CLOSED = "closed"


class Disposition(StrEnum):
    """How a chat ended, chosen on Close."""

    RESOLVED = "resolved"
    FOLLOW_UP = "follow_up"
    NO_REPLY_NEEDED = "no_reply_needed"
    WRONG_NUMBER = "wrong_number"
    SPAM = "spam"
