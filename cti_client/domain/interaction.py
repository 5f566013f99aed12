"""One live SMS chat with one customer.

`QUEUED` waits for routing; `OFFERED` stands before an agent; `WAITING` was declined or missed by everyone and
may be pulled by anyone; `OPEN` is held by an agent through a case; `ENDED` is over. At most one interaction of
a thread is not `ENDED` (A10).
"""

from enum import StrEnum


class InteractionState(StrEnum):
    """Where an interaction stands."""

    QUEUED = "queued"
    OFFERED = "offered"
    WAITING = "waiting"
    OPEN = "open"
    ENDED = "ended"


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
