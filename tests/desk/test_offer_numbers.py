"""C3: an answer names the number of the offer that was on the screen, also of one that has just gone."""

import pytest

from cti_client.desk.errors import HubRefusedError
from cti_client.desk.offer_numbers import REMEMBERED, OfferNumbers
from cti_client.wire.records import Offer


def offer(id_: int, number: int) -> Offer:
    return Offer(
        id=id_,
        version=1,
        interaction_id=1,
        number=number,
        made_at=0,
        deadline=1,
        call_id="SMS+1",
        address="+1",
        address_display="+1",
        line_id=1,
        line_name="Support",
        waiting_since=0,
    )


def test_the_last_number_that_was_seen_counts() -> None:
    numbers = OfferNumbers()
    numbers.remember([offer(1, 2), offer(1, 3)])
    assert numbers.of(1) == 3
    with pytest.raises(HubRefusedError) as refused:
        numbers.of(2)
    assert refused.value.problem.code == "offer_gone"


def test_only_the_newest_are_remembered() -> None:
    numbers = OfferNumbers()
    numbers.remember(offer(id_, 1) for id_ in range(REMEMBERED))
    numbers.remember([offer(0, 1), offer(REMEMBERED, 1)])
    assert numbers.of(0) == 1
    with pytest.raises(HubRefusedError):
        numbers.of(1)
