"""C1, C2, C3: several agents. Room, who knows the customer, misses, and what happens to the rest of the queue."""

import pytest

from cti_client.domain.agent import Presence
from cti_client.domain.errors import BadRequestError
from cti_client.hub.services.answer_offer import decline_offer
from cti_client.hub.services.desks import Served, desk_entered, desks_left
from cti_client.hub.services.lapse_offers import lapse_offers
from cti_client.hub.services.route_offers import may_route, route_offers
from cti_client.hub.services.set_presence import agent_connected, agent_gone, set_presence
from cti_client.hub.store import tables
from cti_client.hub.store.upsert import upsert
from cti_client.wire import api
from tests.helpers.service_hub import MINUTE, ServiceHub


def number(index: int) -> str:
    return f"+1212555{index:04d}"


def room_for(hub: ServiceHub, chats: int) -> None:
    hub.transact(lambda conn: upsert(conn, tables.hub, {"id": 1}, {"hub_id": "hub", "chats_per_agent": chats}))


def presence(hub: ServiceHub, agent_id: int) -> str:
    return str(hub.value(tables.agent, "presence", id=agent_id))


def decline(hub: ServiceHub) -> None:
    offer = hub.open_offer()
    hub.run(decline_offer, offer.agent_id, offer.id, api.Decline(number=offer.number))


def test_an_agent_gets_no_more_than_there_is_room_for(hub: ServiceHub) -> None:
    room_for(hub, 2)
    hub.available(hub.anna)
    for index in range(4):
        hub.text(sender=number(index))
    assert len(hub.rows(tables.offer, state="open")) == 2
    left = hub.rows(tables.interaction, state="queued")
    assert [row.why_waiting for row in left] == ["everyone was busy"] * 2
    assert not hub.read(may_route)


def test_a_chat_that_is_left_is_looked_at_once_more_after_the_commit(hub: ServiceHub) -> None:
    """An agent may be turning available in a transaction that this one does not see."""

    def looks_again() -> bool:
        assert hub.last is not None
        return "offers" in hub.last.wakes

    room_for(hub, 1)
    hub.text(sender=number(1))
    assert hub.rows(tables.offer) == []
    assert looks_again(), "nobody is available"
    hub.run(route_offers)
    assert not looks_again(), "once is enough"
    hub.run(set_presence, hub.anna, Presence.AVAILABLE, "")
    hub.text(sender=number(2))
    assert len(hub.rows(tables.offer)) == 1
    assert looks_again(), "everyone is busy"
    hub.run(route_offers)
    assert not looks_again()


def test_turning_available_brings_as_many_as_there_is_room_for(hub: ServiceHub) -> None:
    room_for(hub, 3)
    for index in range(5):
        hub.text(sender=number(index))
    hub.run(set_presence, hub.anna, Presence.AVAILABLE, "")
    oldest = [row.id for row in hub.rows(tables.interaction)][:3]
    assert [row.interaction_id for row in hub.rows(tables.offer)] == oldest
    hub.run(set_presence, hub.ben, Presence.AVAILABLE, "")
    assert len(hub.rows(tables.offer, agent_id=hub.ben)) == 2


def test_a_closed_chat_makes_room_for_the_next(hub: ServiceHub) -> None:
    room_for(hub, 1)
    chat = hub.open_chat()
    hub.text(sender=number(2))
    assert not hub.rows(tables.offer, state="open")
    hub.close(chat)
    assert hub.open_offer().agent_id == hub.anna


def test_a_declined_chat_waits_in_the_queue_for_who_is_busy(hub: ServiceHub) -> None:
    room_for(hub, 1)
    hub.available(hub.anna, hub.ben)
    hub.text(sender=number(1))
    chat = hub.accept()
    hub.text(sender=number(2))
    assert hub.open_offer().agent_id == hub.ben
    decline(hub)
    second = hub.rows(tables.interaction)[-1]
    assert (second.state, second.why_waiting) == ("queued", "declined")
    hub.close(chat)
    assert hub.open_offer().agent_id == hub.anna


def test_the_only_agent_of_a_hub_gets_everything(hub: ServiceHub) -> None:
    hub.set(tables.agent, {"id": hub.anna}, token_hash="a")
    hub.available(hub.anna)
    for index in range(6):
        hub.text(sender=number(index))
    assert len(hub.rows(tables.offer, state="open")) == 6


def test_one_of_several_agents_gets_three_at_once_where_nothing_is_set(hub: ServiceHub) -> None:
    hub.set(tables.agent, {"id": hub.anna}, token_hash="a")
    hub.set(tables.agent, {"id": hub.ben}, token_hash="b")
    hub.available(hub.anna)
    for index in range(6):
        hub.text(sender=number(index))
    assert len(hub.rows(tables.offer, state="open")) == 3


def test_the_agent_of_the_last_case_is_asked_first(hub: ServiceHub) -> None:
    hub.close(hub.open_chat())
    hub.available(hub.ben, hub.anna)  # Ben has been idle longer
    hub.text()
    assert hub.open_offer().agent_id == hub.anna
    hub.text(sender=number(7))
    assert hub.rows(tables.offer, state="open")[-1].agent_id == hub.ben


def test_chats_are_spread_over_the_agents(hub: ServiceHub) -> None:
    hub.available(hub.anna, hub.ben)
    for index in range(4):
        hub.text(sender=number(index))
    assert [row.agent_id for row in hub.rows(tables.offer)] == [hub.anna, hub.ben, hub.anna, hub.ben]


# --- cut off


def cut_off(hub: ServiceHub, agent_id: int) -> None:
    """The agent's desktop was here and has left."""
    hub.run(desk_entered, agent_id, "desk", "process")
    hub.run(desks_left, [Served(agent_id, "desk", 0, gone=False)])


def test_a_text_goes_past_a_desktop_that_is_cut_off(hub: ServiceHub) -> None:
    hub.available(hub.anna, hub.ben)
    cut_off(hub, hub.anna)
    hub.text(sender=number(1))
    assert hub.open_offer().agent_id == hub.ben


def test_what_nobody_else_took_comes_when_the_desktop_is_back(hub: ServiceHub) -> None:
    hub.available(hub.anna, hub.ben)
    cut_off(hub, hub.anna)
    hub.text(sender=number(1))
    decline(hub)
    assert hub.row(tables.interaction).state == "queued"
    hub.run(desk_entered, hub.anna, "desk again", "process")
    assert hub.open_offer().agent_id == hub.anna


def test_what_nobody_else_took_is_for_anyone_once_the_agent_is_gone(hub: ServiceHub) -> None:
    hub.available(hub.anna, hub.ben)
    cut_off(hub, hub.anna)
    hub.text(sender=number(1))
    decline(hub)
    hub.run(agent_gone, hub.anna)
    assert hub.row(tables.interaction).state == "waiting"


def test_where_nobody_is_there_the_one_who_is_cut_off_is_asked(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    cut_off(hub, hub.anna)
    hub.text(sender=number(1))
    assert hub.open_offer().agent_id == hub.anna


# --- misses


def test_two_misses_in_a_row_turn_presence_to_missed(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text(sender=number(1))
    hub.now += MINUTE
    hub.run(lapse_offers)
    assert presence(hub, hub.anna) == "available"
    hub.text(sender=number(2))
    hub.now += MINUTE
    hub.run(lapse_offers)
    assert presence(hub, hub.anna) == "missed"
    assert hub.last is not None
    assert "presence" in hub.last.news.topics
    hub.text(sender=number(3))
    assert not hub.rows(tables.offer, state="open")
    hub.run(agent_connected, hub.anna)
    assert presence(hub, hub.anna) == "missed", "only their own click ends it"
    hub.run(set_presence, hub.anna, Presence.AVAILABLE, "")
    assert hub.open_offer().agent_id == hub.anna


def test_an_answer_in_between_begins_the_count_anew(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    for index, answers in enumerate((False, True, False)):
        hub.text(sender=number(index))
        if answers:
            decline(hub)
        hub.now += MINUTE
        hub.run(lapse_offers)
    assert presence(hub, hub.anna) == "available"
    hub.text(sender=number(9))
    hub.accept()
    assert hub.value(tables.agent, "misses", id=hub.anna) == 0


def test_requests_before_an_agent_who_turned_missed_go_on_at_once(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text(sender=number(1))
    hub.text(sender=number(2))
    hub.now += 15_000
    hub.text(sender=number(3))
    hub.set(tables.agent, {"id": hub.ben}, presence=Presence.AVAILABLE, idle_since=hub.now)
    hub.now += 5_000
    hub.run(lapse_offers)
    assert presence(hub, hub.anna) == "missed"
    assert {row.agent_id for row in hub.rows(tables.offer, state="open")} == {hub.ben}
    assert [row.state for row in hub.rows(tables.offer, agent_id=hub.anna)] == ["lapsed", "lapsed", "withdrawn"]


def test_a_lapse_is_no_miss_of_one_who_was_busy_or_cut_off(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text(sender=number(1))
    hub.run(set_presence, hub.anna, Presence.BUSY, "")
    hub.now += MINUTE
    hub.run(lapse_offers)
    assert hub.value(tables.agent, "misses", id=hub.anna) == 0
    hub.run(set_presence, hub.anna, Presence.AVAILABLE, "")
    hub.run(desk_entered, hub.anna, "desk", "process")
    hub.text(sender=number(2))
    hub.run(desks_left, [Served(hub.anna, "desk", 0, gone=False)])
    hub.now += MINUTE
    hub.run(lapse_offers)
    assert hub.value(tables.agent, "misses", id=hub.anna) == 0


def test_nobody_chooses_missed_and_a_reason_is_short(hub: ServiceHub) -> None:
    with pytest.raises(BadRequestError, match="cannot be chosen"):
        hub.run(set_presence, hub.anna, Presence.MISSED, "")
    with pytest.raises(BadRequestError, match="60"):
        hub.run(set_presence, hub.anna, Presence.AWAY, "x" * 61)
    hub.run(set_presence, hub.anna, Presence.AWAY, " Lunch\n break ")
    assert hub.value(tables.agent, "presence_reason", id=hub.anna) == "Lunch break"


def test_an_offer_to_one_who_has_just_left_is_withdrawn_by_the_next_sweep(hub: ServiceHub) -> None:
    """The other order of two transactions that did not see each other."""
    hub.available(hub.anna)
    hub.text()
    hub.set(tables.agent, {"id": hub.anna}, presence=Presence.OFFLINE)
    hub.available(hub.ben)
    hub.run(lapse_offers)
    assert hub.open_offer().agent_id == hub.ben
    assert hub.rows(tables.offer)[0].state == "withdrawn"
