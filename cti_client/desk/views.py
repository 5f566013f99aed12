"""What the desk shows to widgets beyond the hub's own records: the link, and what has not gone yet."""

from dataclasses import dataclass
from enum import StrEnum

from cti_client.domain import Millis
from cti_client.wire.api import Problem


class LinkStatus(StrEnum):
    """Where the link to the hub stands. Only `LIVE` shows the present."""

    CONNECTING = "connecting"
    SYNCING = "syncing"
    LIVE = "live"
    OFFLINE = "offline"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class LinkView:
    """`detail` is a sentence for the person; `retry_at` the hub's time of the next attempt; `since` of this status.

    `needs_token`: refused, and only signing in with another token helps.
    """

    status: LinkStatus
    detail: str = ""
    retry_at: Millis | None = None
    since: Millis = 0
    needs_token: bool = False


class PendingState(StrEnum):
    """`WAITING` goes by itself, `SENDING` is on its way, `ASK` needs the person's yes (H1, B9), `REFUSED` stays."""

    WAITING = "waiting"
    SENDING = "sending"
    ASK = "ask"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PendingSend:
    """One text that the person has sent and the hub has not confirmed. `problem`: why it asks or was refused.

    `customer`: who it is for, as the person saw it when they sent it.
    """

    client_id: str
    interaction_id: int
    thread_id: int
    text: str
    composed_at: Millis
    state: PendingState = PendingState.WAITING
    problem: Problem | None = None
    customer: str = ""
