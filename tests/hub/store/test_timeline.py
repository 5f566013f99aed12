"""The timeline of a chat and its customer (B1)."""

import pytest
from sqlalchemy import insert

from cti_client.domain.errors import NotFoundError
from cti_client.domain.interaction import CaseChoice, Disposition
from cti_client.hub.services.answer_offer import decline_offer
from cti_client.hub.services.choose_case import choose_case
from cti_client.hub.services.take_waiting import take_waiting
from cti_client.hub.store import tables
from cti_client.hub.store.timeline import interaction_timeline
from cti_client.wire import api
from tests.helpers.service_hub import CUSTOMER, HOUR, MINUTE, ServiceHub


def told(hub: ServiceHub, interaction_id: int) -> list[tuple[str, str]]:
    return [(entry.text, entry.by) for entry in hub.read(interaction_timeline, interaction_id).entries]


def test_the_way_of_a_chat(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text("Hello")
    offer = hub.open_offer()
    hub.now += MINUTE
    hub.run(decline_offer, hub.anna, offer.id, api.Decline(number=offer.number))
    hub.now += MINUTE
    chat = hub.run(take_waiting, hub.ben, offer.interaction_id, api.Take())
    hub.now += MINUTE
    hub.text("Stop!")
    hub.now += MINUTE
    hub.text("START")
    assert told(hub, chat.interaction_id) == [
        ("Opted in: “START”", ""),
        ("Opted out: “Stop!”", ""),
        ("Taken from the Waiting list", "Ben"),
        ("Declined", "Anna"),
        ("Offered", "Anna"),
    ]


def test_a_chat_that_nobody_has_taken(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text("Hello")
    assert told(hub, hub.row(tables.interaction).id) == [("Offered", "Anna")]


def test_earlier_cases_stand_at_the_time_they_were_closed(hub: ServiceHub) -> None:
    first = hub.open_chat()
    hub.now += MINUTE
    hub.set(tables.case, {"id": first.case_id}, subject="Invoice")
    hub.close(first)
    closed_at = hub.now
    hub.now += HOUR
    hub.text("again")
    second = hub.accept(CaseChoice.NEW)
    entries = hub.read(interaction_timeline, second.interaction_id).entries
    assert [entry.kind for entry in entries] == ["accepted", "offered", "case"]
    earlier = entries[-1]
    assert (earlier.at, earlier.text, earlier.by) == (closed_at, "Invoice", "Anna")
    assert earlier.case is not None
    assert (earlier.case.id, earlier.case.closed, earlier.case.last_at) == (first.case_id, True, closed_at)


def test_a_case_that_goes_on_shows_what_was_before(hub: ServiceHub) -> None:
    hub.close(hub.open_chat(), Disposition.NO_REPLY_NEEDED)
    hub.now += HOUR
    hub.text("again")
    second = hub.accept(CaseChoice.CONTINUE)
    assert told(hub, second.interaction_id) == [
        ("Accepted", "Anna"),
        ("Offered", "Anna"),
        ("Closed: No reply needed", "Anna"),
        ("Accepted", "Anna"),
        ("Offered", "Anna"),
    ]
    hub.now += MINUTE
    moved = hub.run(choose_case, hub.anna, second.interaction_id, api.ChooseCase(choice=CaseChoice.NEW))
    assert (f"Moved to C-{10_000 + moved.case_id}", "Anna") in told(hub, second.interaction_id)


def test_cases_of_the_customers_other_numbers(hub: ServiceHub) -> None:
    other = hub.open_chat(sender="+12125550199")
    hub.close(other)
    stranger = hub.open_chat(sender="+12125550111")
    hub.now += HOUR
    chat = hub.open_chat(sender=CUSTOMER)
    contact_id = hub.value(tables.thread, "contact_id", address=CUSTOMER)
    hub.transact(lambda conn: conn.execute(insert(tables.phone).values(contact_id=contact_id, address="+12125550199")))
    entries = hub.read(interaction_timeline, chat.interaction_id).entries
    shown = {entry.case.id for entry in entries if entry.case is not None}
    assert shown == {other.case_id}
    assert stranger.case_id not in shown


def test_what_is_not_there(hub: ServiceHub) -> None:
    with pytest.raises(NotFoundError):
        hub.read(interaction_timeline, 1)
