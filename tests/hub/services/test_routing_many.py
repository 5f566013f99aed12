"""C2, C3: more agents than are looked at first. Nobody free is passed over, and nobody is forgotten."""

from collections import Counter

from sqlalchemy import insert

from cti_client.domain.agent import Presence
from cti_client.domain.interaction import Disposition
from cti_client.hub.services.answer_offer import decline_offer
from cti_client.hub.services.close_chat import close_chat
from cti_client.hub.services.route_offers import route_offers
from cti_client.hub.store import tables
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.upsert import upsert
from cti_client.wire import api
from tests.helpers.service_hub import ServiceHub

MANY = 70
"""More than the 16 who are looked at first."""


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


def all_but_the_last_hold_a_request(hub: ServiceHub) -> int:
    """And that one, who was idle for the shortest time, is free; their id."""
    make_many_available(hub)
    for index in range(MANY - 1):
        hub.text(sender=f"+1212555{index:04d}")
    (free,) = {row.id for row in hub.rows(tables.agent, presence=Presence.AVAILABLE)} - {
        row.agent_id for row in hub.rows(tables.offer)
    }
    return int(free)


def chat_of(hub: ServiceHub, sender: str) -> AnyRow:
    thread = hub.value(tables.thread, "id", address=sender)
    return hub.row(tables.interaction, thread_id=thread)


def test_what_the_only_free_one_declines_goes_to_those_who_have_less_room(hub: ServiceHub) -> None:
    free = all_but_the_last_hold_a_request(hub)
    hub.text(sender="+12125559999")
    chat = chat_of(hub, "+12125559999")
    offer = hub.row(tables.offer, interaction_id=chat.id)
    assert offer.agent_id == free
    hub.run(decline_offer, free, offer.id, api.Decline(number=offer.number))
    asked = [row.agent_id for row in hub.rows(tables.offer, interaction_id=chat.id)]
    assert len(asked) == 2
    assert asked[1] != free


def test_the_agent_of_the_last_case_comes_before_the_only_free_one(hub: ServiceHub) -> None:
    customer = "+12125558888"
    make_many_available(hub)
    known = hub.rows(tables.agent, presence=Presence.AVAILABLE)[0].id
    hub.text(sender=customer)
    chat = hub.accept()
    hub.run(close_chat, known, chat.interaction_id, api.Close(disposition=Disposition.RESOLVED))
    hub.set(tables.agent, {"id": known}, idle_since=1)
    for index in range(MANY - 1):
        hub.text(sender=f"+1212555{index:04d}")
    assert hub.rows(tables.offer, agent_id=known, state="open")
    hub.text(sender=customer)
    assert hub.rows(tables.offer, state="open")[-1].agent_id == known


def test_several_chats_at_once_are_spread_though_one_agent_alone_is_free(hub: ServiceHub) -> None:
    """Nobody is told that everyone was busy while those who were not looked at first have room."""
    hub.transact(lambda conn: upsert(conn, tables.hub, {"id": 1}, {"hub_id": "hub", "chats_per_agent": 2}))
    free = all_but_the_last_hold_a_request(hub)
    longest_idle = [row.agent_id for row in hub.rows(tables.offer)][:5]
    hub.set(tables.agent, {"presence": Presence.AVAILABLE}, presence=Presence.BUSY)
    for index in range(6):
        hub.text(sender=f"+1646555{index:04d}")
    hub.set(tables.agent, {"presence": Presence.BUSY}, presence=Presence.AVAILABLE)
    assert hub.run(route_offers) == 6
    assert [row.agent_id for row in hub.rows(tables.offer)][-6:] == [free, *longest_idle]
    assert not hub.rows(tables.interaction, why_waiting="everyone was busy")


def test_of_many_who_are_cut_off_nobody_is_asked_before_those_who_are_there(hub: ServiceHub) -> None:
    make_many_available(hub)
    ids = [row.id for row in hub.rows(tables.agent, presence=Presence.AVAILABLE)]
    left = {"desk_id": "desk", "process_id": "process", "left_at": hub.now}
    rows = [{"agent_id": agent_id, **left} for agent_id in ids[:-1]]
    hub.transact(lambda conn: conn.execute(insert(tables.desk), rows))
    hub.text()
    assert hub.open_offer().agent_id == ids[-1]
