"""C2, C3: more agents than are looked at first. Nobody free is passed over, and nobody is forgotten."""

from collections import Counter

from sqlalchemy import insert

from cti_client.domain.agent import Presence
from cti_client.hub.services.answer_offer import decline_offer
from cti_client.hub.store import tables
from cti_client.wire import api
from tests.helpers.service_hub import ServiceHub

MANY = 70
"""More than the 64 who are looked at first."""


def make_many_available(hub: ServiceHub) -> None:
    rows = [
        {
            "name": f"Agent {number:02d}",
            "token_hash": f"hash {number}",
            "presence": Presence.AVAILABLE,
            "idle_since": hub.now - 1_000 + number,
        }
        for number in range(MANY)
    ]
    hub.transact(lambda conn: conn.execute(insert(tables.agent), rows))


def test_each_of_many_gets_one_before_anybody_gets_a_second(hub: ServiceHub) -> None:
    make_many_available(hub)
    for index in range(MANY + 5):
        hub.text(sender=f"+1212555{index:04d}")
    requests = [row.agent_id for row in hub.rows(tables.offer, state="open")]
    by_idleness = [row.id for row in hub.rows(tables.agent, presence=Presence.AVAILABLE)]
    assert requests == [*by_idleness, *by_idleness[:5]]
    assert set(Counter(requests).values()) == {1, 2}


def test_a_chat_that_the_first_of_many_let_pass_comes_to_the_last_of_them(hub: ServiceHub) -> None:
    make_many_available(hub)
    hub.text()
    for _ in range(MANY):
        offer = hub.open_offer()
        hub.run(decline_offer, offer.agent_id, offer.id, api.Decline(number=offer.number))
    asked = [row.agent_id for row in hub.rows(tables.offer)]
    assert len(set(asked)) == len(asked) == MANY
    assert [row.state for row in hub.rows(tables.interaction)] == ["waiting"]
