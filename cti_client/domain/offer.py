"""An interaction put before an agent, with a number and a deadline.

An offer is answered once. Whoever answers names its number, so that an answer to an earlier offer of the same
interaction never counts for a later one (C3).
"""

from enum import StrEnum

from cti_client.domain.errors import IllegalMoveError


class OfferState(StrEnum):
    """Where an offer stands. Only `OPEN` can be answered."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class OfferEvent(StrEnum):
    """What ends an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    DEADLINE = "deadline"
    """Its time to answer is over."""
    WITHDRAW = "withdraw"
    """The chat went elsewhere: the agent left, or somebody took it."""


_NEXT: dict[OfferState, dict[OfferEvent, OfferState]] = {
    OfferState.OPEN: {
        OfferEvent.ACCEPT: OfferState.ACCEPTED,
        OfferEvent.DECLINE: OfferState.DECLINED,
        OfferEvent.DEADLINE: OfferState.LAPSED,
        OfferEvent.WITHDRAW: OfferState.WITHDRAWN,
    },
    OfferState.ACCEPTED: {},
    OfferState.DECLINED: {},
    OfferState.LAPSED: {},
    OfferState.WITHDRAWN: {},
}


def next_state(state: OfferState, event: OfferEvent) -> OfferState:
    """The state after `event`. Raises `IllegalMoveError` where the event cannot happen in this state."""
    try:
        return _NEXT[state][event]
    except KeyError:
        raise IllegalMoveError("offer", state, event) from None
