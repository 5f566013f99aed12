"""A1, A8, A9, A10: a text in, kept once, to one agent."""

import pytest

from cti_client.domain.agent import Presence
from cti_client.domain.interaction import InteractionState
from cti_client.hub.services.receive_sms import receive_sms
from cti_client.hub.services.set_presence import set_presence
from cti_client.hub.store import tables
from cti_client.telephony.sms.connection import InboundSms
from tests.helpers.service_hub import CUSTOMER, LINE, MINUTE, SECOND_LINE, START, ServiceHub


def test_a_first_text_makes_one_interaction_one_offer_and_a_contact(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    received = hub.text("Hello there")
    assert received.message_id is not None
    assert not received.duplicate
    chat = hub.row(tables.interaction)
    assert (chat.state, chat.line_id, chat.started_at, chat.waiting_since) == ("offered", hub.line, START, START)
    offer = hub.row(tables.offer)
    assert (offer.agent_id, offer.number, offer.state) == (hub.anna, 1, "open")
    assert offer.deadline == START + 20_000
    message = hub.row(tables.message)
    assert (message.text, message.direction, message.state) == ("Hello there", "in", "received")
    assert message.interaction_id == chat.id
    thread = hub.row(tables.thread)
    assert (thread.address, thread.last_line_id) == (CUSTOMER, hub.line)
    phone = hub.row(tables.phone)
    assert (phone.contact_id, phone.type, phone.sms) == (thread.contact_id, "Mobile", True)
    assert hub.events() == ["offered"]


def test_the_news_name_what_was_touched(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    received = hub.text()
    assert hub.last is not None
    assert list(hub.last.news.offers) == [hub.open_offer().id]
    assert list(hub.last.news.messages) == [received.message_id]
    assert "waiting" in hub.last.news.topics
    assert "offers" in hub.last.wakes


def test_the_same_gateway_id_twice_is_one_message(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    first = hub.text(gateway_id="42")
    second = hub.text("Hello again", gateway_id="42")
    assert second.duplicate
    assert second.message_id == first.message_id
    assert len(hub.rows(tables.message)) == 1
    assert hub.last is not None
    assert not hub.last.news.messages


def test_the_same_gateway_id_on_another_connection_is_another_text(hub: ServiceHub) -> None:
    sms = InboundSms(gateway_id="42", sender=CUSTOMER, recipient=LINE, text="x")
    assert not hub.run(receive_sms, "sim", sms).duplicate
    assert not hub.run(receive_sms, "other", sms).duplicate


def test_an_unknown_recipient_is_kept_as_a_stray_and_once(hub: ServiceHub) -> None:
    received = hub.text(to="+19995550000", gateway_id="7")
    assert received.stray
    assert received.message_id is None
    again = hub.text(to="+19995550000", gateway_id="7")
    assert again.duplicate
    assert again.stray
    stray = hub.row(tables.stray_text)
    assert (stray.recipient, stray.sender, stray.gateway_id) == ("+19995550000", CUSTOMER, "7")
    assert not hub.rows(tables.message)
    assert not hub.rows(tables.thread)


@pytest.mark.parametrize("spelling", ["+15550100", "15550100", " +1 555 0100 "])
def test_a_line_is_found_however_the_gateway_spells_it(hub: ServiceHub, spelling: str) -> None:
    assert not hub.text(to=spelling).stray


def test_a_text_joins_the_open_chat(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.send(chat)
    hub.now += 5 * MINUTE
    hub.text("One more thing")
    row = hub.row(tables.interaction)
    assert (row.state, row.unread, row.waiting_since) == ("open", 1, hub.now)
    assert len(hub.rows(tables.offer)) == 1
    hub.now += MINUTE
    hub.text("And another")
    row = hub.row(tables.interaction)
    assert (row.unread, row.waiting_since) == (2, hub.now - MINUTE)
    assert {m.interaction_id for m in hub.rows(tables.message)} == {row.id}


def test_texts_before_the_answer_join_the_request(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text("One")
    hub.text("Two")
    assert len(hub.rows(tables.offer)) == 1
    hub.accept()
    assert hub.row(tables.interaction).unread == 0
    assert len(hub.rows(tables.message, interaction_id=hub.row(tables.interaction).id)) == 2


def test_the_chat_moves_to_the_line_that_was_texted(hub: ServiceHub) -> None:
    hub.open_chat()
    hub.text("On the other line", to=SECOND_LINE)
    assert hub.row(tables.interaction).line_id == hub.second_line
    assert hub.row(tables.thread).last_line_id == hub.second_line
    assert len(hub.rows(tables.case)) == 1


def test_an_offer_whose_line_changed_is_shown_anew(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text()
    hub.text(to=SECOND_LINE)
    assert hub.last is not None
    assert list(hub.last.news.offers) == [hub.open_offer().id]
    assert hub.open_offer().version == 2


def test_with_nobody_available_the_chat_queues_until_somebody_is(hub: ServiceHub) -> None:
    hub.text()
    chat = hub.row(tables.interaction)
    assert (chat.state, chat.why_waiting) == ("queued", "nobody was available")
    assert hub.last is not None
    assert "offers" in hub.last.wakes
    hub.run(set_presence, hub.ben, Presence.AVAILABLE, "")
    assert hub.row(tables.interaction).state == InteractionState.OFFERED
    assert hub.open_offer().agent_id == hub.ben


def test_the_oldest_goes_first_and_to_the_longest_idle(hub: ServiceHub) -> None:
    hub.text(sender="+12125550001")
    hub.now += 1
    hub.text(sender="+12125550002")
    hub.available(hub.ben)
    hub.run(set_presence, hub.anna, Presence.AVAILABLE, "")
    oldest, newest = hub.rows(tables.offer)
    assert (oldest.agent_id, newest.agent_id) == (hub.ben, hub.anna)
    assert oldest.interaction_id < newest.interaction_id


def test_a_held_up_text_counts_from_the_gateways_stamp(hub: ServiceHub) -> None:
    hub.text(sent_at=START - 30 * MINUTE)
    chat = hub.row(tables.interaction)
    assert chat.started_at == chat.waiting_since == START - 30 * MINUTE
    assert hub.row(tables.message).at == START - 30 * MINUTE


@pytest.mark.parametrize("sent_at", [START - 5_000, START + MINUTE, None])
def test_otherwise_a_text_counts_from_its_arrival(hub: ServiceHub, sent_at: int | None) -> None:
    hub.text(sent_at=sent_at)
    assert hub.row(tables.message).at == START


@pytest.mark.parametrize("sender", ["MyBank", "", "***", "12345678901234567890123"])
def test_odd_senders_are_kept_and_not_repliable(hub: ServiceHub, sender: str) -> None:
    hub.available(hub.anna)
    assert hub.text("Your code is 1", sender=sender).message_id is not None
    assert not hub.row(tables.thread).repliable
    assert not hub.row(tables.phone).sms
    hub.accept()


def test_a_short_code_can_be_answered(hub: ServiceHub) -> None:
    hub.text(sender="12345")
    assert hub.row(tables.thread).repliable
    assert hub.row(tables.thread).address == "12345"


def test_text_is_cleaned_and_says_so(hub: ServiceHub) -> None:
    hub.text("a\x00b\ud800c", omitted=2)
    message = hub.row(tables.message)
    assert "\x00" not in message.text
    assert "\ud800" not in message.text
    assert message.note == "2 attachments were left out. Some characters could not be kept."


def test_the_customer_who_is_a_contact_already_is_found(hub: ServiceHub) -> None:
    contact_id = hub.contact(type="Home", sms=False)
    hub.text()
    assert hub.row(tables.thread).contact_id == contact_id
    phone = hub.row(tables.phone)
    assert (phone.type, phone.sms) == ("Mobile", True)
    assert len(hub.rows(tables.contact)) == 1


def test_after_the_close_a_text_is_a_new_interaction(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.close(chat)
    hub.text("Again")
    ended, fresh = hub.rows(tables.interaction)
    assert (ended.state, fresh.state) == ("ended", "offered")
    assert hub.open_offer().interaction_id == fresh.id
