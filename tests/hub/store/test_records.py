"""Who is told what: one agent's records for one thing that happened."""

import pytest

from cti_client.domain.consent import ConsentState
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import CaseChoice, Direction, Disposition
from cti_client.hub.services.answer_offer import accept_offer, decline_offer
from cti_client.hub.services.choose_case import choose_case
from cti_client.hub.services.close_chat import close_chat
from cti_client.hub.services.edit_case import edit_case
from cti_client.hub.services.mark_read import mark_read
from cti_client.hub.services.record_delivery import record_delivery
from cti_client.hub.store import tables
from cti_client.telephony.sms.connection import DeliveryReport, Taken
from cti_client.wire import api
from cti_client.wire.codec import decode, decode_body
from cti_client.wire.records import Case, Interaction, Message, Offer, Record
from tests.helpers.news_hub import NewsHub
from tests.helpers.service_hub import CUSTOMER, HOUR, Database


@pytest.fixture
def hub(database: Database) -> NewsHub:
    return NewsHub(database)


def kinds(records: list[Record]) -> list[str]:
    return [f"-{record.kind}" if record.removed else record.kind for record in records]


def body_of(records: list[Record], kind: type[Offer | Interaction | Case | Message]) -> object:
    (record,) = (record for record in records if record.kind == kind.kind and not record.removed)
    return decode_body(record)


def test_a_text_becomes_an_offer_for_its_agent_alone(hub: NewsHub) -> None:
    hub.available(hub.anna)
    hub.text("My parcel is late,\nplease help")
    assert hub.hinted == {hub.anna}
    records = hub.news(hub.anna)
    assert kinds(records) == ["offer"]
    offer = body_of(records, Offer)
    assert isinstance(offer, Offer)
    assert (offer.call_id, offer.line_name) == ("SMS" + CUSTOMER, "Support")
    assert (offer.address, offer.address_display) == (CUSTOMER, "+1 212-555-1234")
    assert offer.first_words == "My parcel is late, please help"
    assert (offer.customer_name, offer.last_case, offer.default_choice) == ("", None, CaseChoice.NEW)
    assert (offer.waiting_since, offer.made_at, offer.deadline) == (hub.now, hub.now, hub.now + 20_000)
    assert offer.region == "United States"
    assert hub.news(hub.ben) == []


def test_an_offer_says_who_it_is_and_what_was_last(hub: NewsHub) -> None:
    hub.contact(CUSTOMER)
    chat = hub.open_chat()
    hub.run(edit_case, hub.anna, chat.case_id, api.EditCase(version=1, subject="Parcel"))
    hub.close(chat)
    closed_at, hub.now = hub.now, hub.now + HOUR
    hub.text("Again me")
    offer = body_of(hub.news(hub.anna)[-1:], Offer)
    assert isinstance(offer, Offer)
    assert offer.customer_name == "Eva"
    assert offer.default_choice is CaseChoice.CONTINUE
    assert offer.last_case is not None
    assert (offer.last_case.id, offer.last_case.subject) == (chat.case_id, "Parcel")
    assert (offer.last_case.agent_name, offer.last_case.closed) == ("Anna", True)
    assert offer.last_case.last_at == closed_at


def test_a_line_may_hide_the_first_words(hub: NewsHub) -> None:
    hub.set(tables.line, {"id": hub.line}, shows_first_words=False)
    hub.available(hub.anna)
    hub.text("a private matter")
    (record,) = hub.news(hub.anna)
    assert b"private" not in bytes(record.body)


def test_a_further_text_renews_the_offer_and_keeps_its_first_words(hub: NewsHub) -> None:
    hub.available(hub.anna)
    hub.text("first")
    hub.news(hub.anna)
    hub.now += 1_000
    hub.text("second")
    for record in hub.news(hub.anna):
        offer = decode_body(record)
        assert isinstance(offer, Offer)
        assert (offer.first_words, offer.waiting_since) == ("first", hub.now - 1_000)


@pytest.mark.parametrize("words", ["second", "STOP"])
def test_a_ringing_request_quotes_the_newest_text_and_counts(hub: NewsHub, words: str) -> None:
    hub.available(hub.anna)
    hub.text("first")
    hub.news(hub.anna)
    hub.text(words)
    offer = body_of(hub.news(hub.anna), Offer)
    assert isinstance(offer, Offer)
    assert (offer.first_words, offer.last_words, offer.texts) == ("first", words, 2)
    hub.check()


def test_accepting_brings_the_chat_with_its_case_and_the_texts_so_far(hub: NewsHub) -> None:
    hub.available(hub.anna)
    hub.text("one")
    hub.text("two")
    hub.news(hub.anna)
    chat = hub.accept()
    records = hub.news(hub.anna)
    assert kinds(records) == ["-offer", "interaction", "case", "message", "message"]
    assert [record.parent for record in records[2:]] == [f"interaction:{chat.interaction_id}"] * 3
    held = body_of(records, Interaction)
    assert isinstance(held, Interaction)
    assert (held.address, held.line_name, held.consent) == (CUSTOMER, "Support", ConsentState.OPTED_IN)
    assert (held.last_text, held.last_direction) == ("two", Direction.IN)
    assert held.contact is not None
    assert [phone.address for phone in held.contact.phones] == [CUSTOMER]
    case = body_of(records, Case)
    assert isinstance(case, Case)
    assert (case.id, case.interaction_id, case.agent_name) == (chat.case_id, chat.interaction_id, "Anna")


def test_a_declined_offer_leaves_one_desk_and_comes_to_the_other(hub: NewsHub) -> None:
    hub.available(hub.anna, hub.ben)
    hub.text()
    offer = hub.open_offer(hub.anna)
    hub.news(hub.anna)
    hub.run(decline_offer, hub.anna, offer.id, api.Decline(number=offer.number))
    assert hub.hinted == {hub.anna, hub.ben}
    assert kinds(hub.news(hub.anna)) == ["-offer"]
    assert kinds(hub.news(hub.ben)) == ["offer"]


def test_a_text_in_a_chat_brings_the_message_and_the_counters(hub: NewsHub) -> None:
    hub.open_chat()
    hub.news(hub.anna)
    hub.text("more")
    records = hub.news(hub.anna)
    assert sorted(kinds(records)) == ["interaction", "message"]
    held = body_of(records, Interaction)
    assert isinstance(held, Interaction)
    assert (held.unread, held.last_text, held.waiting_since) == (1, "more", hub.now)


def test_reading_changes_the_counter_alone(hub: NewsHub) -> None:
    chat = hub.open_chat()
    message_id = hub.text("more").message_id
    assert message_id is not None
    hub.news(hub.anna)
    hub.run(mark_read, hub.anna, chat.interaction_id, api.MarkRead(message_id=message_id))
    records = hub.news(hub.anna)
    assert kinds(records) == ["interaction"]
    hub.run(mark_read, hub.anna, chat.interaction_id, api.MarkRead(message_id=message_id))
    assert hub.news(hub.anna) == []


def test_closing_takes_the_chat_with_all_that_is_in_it(hub: NewsHub) -> None:
    chat = hub.open_chat()
    hub.check()
    assert len(hub.desks[hub.anna].held) == 3
    hub.run(close_chat, hub.anna, chat.interaction_id, api.Close(disposition=Disposition.RESOLVED))
    assert kinds(hub.news(hub.anna)) == ["-interaction"]
    assert hub.desks[hub.anna].held == {}


def test_a_late_report_on_an_earlier_chat_s_text_is_passed_on_to_who_holds_the_customer(hub: NewsHub) -> None:
    first = hub.open_chat()
    message_id = hub.send(first)
    hub.submit(Taken(gateway_id="g"))
    hub.close(first)
    hub.check()
    hub.run(record_delivery, "sim", DeliveryReport(message_id=message_id, state=DeliveryState.SENT, raw="sent"))
    assert hub.hinted == frozenset(), "nobody has the customer now"
    hub.open_chat("again")
    hub.check()
    report = DeliveryReport(message_id=message_id, state=DeliveryState.DELIVERED, raw="stat:DELIVRD")
    hub.run(record_delivery, "sim", report)
    records = hub.news(hub.anna)
    assert kinds(records) == ["message"]
    message = body_of(records, Message)
    assert isinstance(message, Message)
    assert message.state is DeliveryState.DELIVERED
    assert hub.desks[hub.anna].passed_on[-1].id == message_id, "shown where somebody looks, not kept"


def test_a_bare_stop_tells_nobody(hub: NewsHub) -> None:
    hub.available(hub.anna)
    hub.text("STOP")
    assert hub.hinted == frozenset()
    assert hub.news(hub.anna) == []


def test_moving_the_chat_to_another_case_swaps_the_case_and_renames_it_in_the_messages(hub: NewsHub) -> None:
    first = hub.open_chat()
    hub.close(first)
    hub.text("again")
    second = hub.accept(CaseChoice.NEW)
    hub.check()
    choose = api.ChooseCase(choice=CaseChoice.CONTINUE, case_id=first.case_id)
    hub.run(choose_case, hub.anna, second.interaction_id, choose)
    records = hub.news(hub.anna)
    assert kinds(records) == ["interaction", "case", "-case", "message"]
    assert [record.id for record in records if record.kind == "case"] == [first.case_id, second.case_id]
    message = body_of(records, Message)
    assert isinstance(message, Message)
    assert message.case_label == f"C-{10_000 + first.case_id}"


def test_editing_the_last_case_renews_the_offer_that_shows_it(hub: NewsHub) -> None:
    chat = hub.open_chat()
    hub.close(chat)
    hub.set(tables.agent, {"id": hub.anna}, presence="busy")
    hub.available(hub.ben)
    hub.text("again")
    hub.news(hub.ben)
    hub.run(edit_case, hub.anna, chat.case_id, api.EditCase(version=hub.value(tables.case, "version"), subject="New"))
    offer = body_of(hub.news(hub.ben), Offer)
    assert isinstance(offer, Offer)
    assert offer.last_case is not None
    assert offer.last_case.subject == "New"


def test_the_other_contacts_of_a_number_are_there_to_pick_from(hub: NewsHub) -> None:
    one, other = hub.contact(CUSTOMER), hub.contact(CUSTOMER)
    hub.open_chat()
    held = body_of(hub.news(hub.anna), Interaction)
    assert isinstance(held, Interaction)
    assert held.contact is not None
    assert {held.contact.id, *(contact.id for contact in held.other_contacts)} == {one, other}


def test_a_second_accept_tells_nothing_new(hub: NewsHub) -> None:
    hub.available(hub.anna)
    hub.text()
    offer = hub.open_offer()
    accept = api.Accept(number=offer.number)
    hub.run(accept_offer, hub.anna, offer.id, accept)
    hub.news(hub.anna)
    hub.run(accept_offer, hub.anna, offer.id, accept)
    assert hub.news(hub.anna) == []


def test_a_snapshot_can_be_told_over_the_wire(hub: NewsHub) -> None:
    hub.open_chat()
    snapshot = hub.snapshot(hub.anna)
    assert [record.kind for record in snapshot.records] == ["interaction", "case", "message"]
    assert {record.seq for record in snapshot.records} == {0}
    message = decode(bytes(snapshot.records[-1].body), Message)
    assert message.text == "Hello"
