"""An offer is answered once (C3)."""

from itertools import product

import pytest

from cti_client.domain.errors import IllegalMoveError
from cti_client.domain.offer import OfferEvent, OfferState, next_state

ENDS = {
    OfferEvent.ACCEPT: OfferState.ACCEPTED,
    OfferEvent.DECLINE: OfferState.DECLINED,
    OfferEvent.DEADLINE: OfferState.LAPSED,
    OfferEvent.WITHDRAW: OfferState.WITHDRAWN,
}


@pytest.mark.parametrize(("state", "event"), list(product(OfferState, OfferEvent)))
def test_every_step(state: OfferState, event: OfferEvent) -> None:
    if state is OfferState.OPEN:
        assert next_state(state, event) is ENDS[event]
        return
    with pytest.raises(IllegalMoveError, match=f"offer: {event} cannot happen while {state}"):
        next_state(state, event)
