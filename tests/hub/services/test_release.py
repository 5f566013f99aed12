"""A9, C6: an agent who is gone, and the customers who wait for them."""

import pytest

from cti_client.domain.agent import Presence
from cti_client.domain.errors import ChatEndedError
from cti_client.domain.interaction import CaseChoice
from cti_client.hub.services.answer_offer import accept_offer, decline_offer
from cti_client.hub.services.mark_read import mark_read
from cti_client.hub.services.send_sms import send_sms
from cti_client.hub.services.set_presence import agent_connected, agent_gone, set_presence
from cti_client.hub.services.start_chat import start_chat
from cti_client.hub.services.take_waiting import take_waiting
from cti_client.hub.store import tables
from cti_client.hub.store.timeline import interaction_timeline
from cti_client.wire import api
from tests.helpers.news_hub import NewsHub
from tests.helpers.service_hub import CUSTOMER, HOUR, MINUTE, Database, ServiceHub


def gone_while_the_customer_waits(hub: ServiceHub) -> api.Accepted:
    """Anna has an open chat in which the customer waits, and is gone."""
    chat = hub.open_chat()
    hub.now += MINUTE
    hub.run(agent_gone, hub.anna)
    return chat


def test_a_customer_who_waits_is_offered_to_others(hub: ServiceHub) -> None:
    hub.available(hub.ben)
    chat = gone_while_the_customer_waits(hub)
    row = hub.row(tables.interaction)
    assert (row.state, row.agent_id, row.case_id) == ("offered", hub.anna, chat.case_id)
    assert hub.open_offer().agent_id == hub.ben
    assert hub.open_offer().number == 2


def test_a_chat_whose_customer_has_an_answer_stays(hub: ServiceHub) -> None:
    hub.available(hub.ben)
    chat = hub.open_chat()
    hub.send(chat)
    hub.run(agent_gone, hub.anna)
    assert hub.row(tables.interaction).state == "open"
    assert not hub.rows(tables.offer, state="open")
    hub.text("Hello again?")
    assert hub.open_offer().agent_id == hub.ben
    assert hub.row(tables.interaction).unread == 1


def test_with_nobody_there_it_stands_in_the_waiting_list_and_says_why(hub: ServiceHub) -> None:
    chat = gone_while_the_customer_waits(hub)
    row = hub.row(tables.interaction)
    assert (row.state, row.why_waiting) == ("queued", "Anna is away")
    taken = hub.run(take_waiting, hub.ben, chat.interaction_id, api.Take())
    assert taken == chat
    assert hub.row(tables.interaction).agent_id == hub.ben


def test_it_moves_with_its_case(hub: ServiceHub) -> None:
    hub.available(hub.ben)
    chat = gone_while_the_customer_waits(hub)
    hub.now += 30 * HOUR  # so old a case would not be continued by itself
    taken = hub.accept()
    assert taken == chat
    row = hub.row(tables.interaction)
    assert (row.state, row.agent_id) == ("open", hub.ben)
    assert hub.row(tables.case).agent_id == hub.ben
    assert hub.last is not None
    assert hub.last.news.former == {row.id: {hub.anna}}
    assert hub.last.news.partings[row.id].startswith("Ben has taken over this chat")
    entries = hub.read(interaction_timeline, row.id).entries
    assert [entry.kind for entry in reversed(entries)] == ["offered", "accepted", "released", "offered", "accepted"]


def test_the_new_agent_may_begin_a_new_case(hub: ServiceHub) -> None:
    hub.available(hub.ben)
    chat = gone_while_the_customer_waits(hub)
    taken = hub.accept(CaseChoice.NEW)
    assert taken.case_id != chat.case_id
    assert [row.id for row in hub.rows(tables.case)] == [taken.case_id], "the old one held nothing"


def test_who_declined_at_first_is_asked_again(hub: ServiceHub) -> None:
    hub.available(hub.ben, hub.anna)
    hub.text()
    offer = hub.open_offer()
    hub.run(decline_offer, hub.ben, offer.id, api.Decline(number=offer.number))
    hub.accept()
    hub.run(agent_gone, hub.anna)
    assert hub.open_offer().agent_id == hub.ben


def test_back_first_it_is_theirs_as_before(hub: ServiceHub) -> None:
    hub.available(hub.ben)
    chat = gone_while_the_customer_waits(hub)
    offer = hub.open_offer()
    hub.run(agent_connected, hub.anna)
    row = hub.row(tables.interaction)
    assert (row.state, row.agent_id, row.case_id, row.why_waiting) == ("open", hub.anna, chat.case_id, "")
    assert hub.row(tables.offer, id=offer.id).state == "withdrawn"
    assert hub.value(tables.agent, "presence", id=hub.anna) == "available"
    assert hub.events()[-1] == "resumed"
    hub.text("Still there?")
    assert not hub.rows(tables.offer, state="open")


def test_back_after_somebody_took_it_it_is_theirs_no_more(hub: ServiceHub) -> None:
    hub.available(hub.ben)
    chat = gone_while_the_customer_waits(hub)
    hub.accept()
    hub.run(agent_connected, hub.anna)
    assert hub.row(tables.interaction).agent_id == hub.ben
    send = api.Send(client_id="late", interaction_id=chat.interaction_id, text="Hi", composed_at=hub.now)
    with pytest.raises(ChatEndedError, match="Ben has this chat now"):
        hub.run(send_sms, hub.anna, send)
    assert not hub.rows(tables.message, client_id="late")


@pytest.mark.parametrize("way", ["send", "read", "start", "accept"])
def test_whoever_acts_on_it_is_there(hub: ServiceHub, way: str) -> None:
    """The request came before the new link did."""
    hub.available(hub.ben)
    chat = gone_while_the_customer_waits(hub)
    match way:
        case "send":
            send = api.Send(client_id="c", interaction_id=chat.interaction_id, text="Hi", composed_at=hub.now)
            hub.run(send_sms, hub.anna, send)
        case "read":
            hub.run(mark_read, hub.anna, chat.interaction_id, api.MarkRead(message_id=1))
        case "start":
            hub.run(start_chat, hub.anna, api.StartChat(address=CUSTOMER))
        case _:
            hub.run(take_waiting, hub.anna, chat.interaction_id, api.Take())
    row = hub.row(tables.interaction)
    assert (row.state, row.agent_id) == ("open", hub.anna)
    assert not hub.rows(tables.offer, state="open")


def test_who_started_a_chat_with_that_number_gets_it(hub: ServiceHub) -> None:
    chat = gone_while_the_customer_waits(hub)
    assert hub.run(start_chat, hub.ben, api.StartChat(address=CUSTOMER)) == chat


def test_gone_twice_is_gone_once(hub: ServiceHub) -> None:
    hub.available(hub.ben)
    gone_while_the_customer_waits(hub)
    offers = len(hub.rows(tables.offer))
    hub.run(agent_gone, hub.anna)
    assert len(hub.rows(tables.offer)) == offers


def test_who_chose_offline_and_left_is_gone_too(hub: ServiceHub) -> None:
    hub.available(hub.ben)
    hub.open_chat()
    hub.run(set_presence, hub.anna, Presence.OFFLINE, "")
    assert hub.row(tables.interaction).state == "open"
    hub.run(agent_gone, hub.anna)
    assert hub.open_offer().agent_id == hub.ben
    hub.run(agent_connected, hub.anna)
    assert hub.value(tables.agent, "presence", id=hub.anna) == "offline"


def test_the_reason_comes_back_with_the_presence(hub: ServiceHub) -> None:
    hub.run(agent_connected, hub.anna)
    hub.run(set_presence, hub.anna, Presence.AWAY, "Lunch")
    hub.run(agent_gone, hub.anna)
    assert hub.value(tables.agent, "presence_reason", id=hub.anna) == "link lost"
    hub.run(agent_connected, hub.anna)
    row = hub.row(tables.agent, id=hub.anna)
    assert (row.presence, row.presence_reason) == ("away", "Lunch")


def test_a_second_accept_of_the_moved_chat_answers_the_same(hub: ServiceHub) -> None:
    hub.available(hub.ben)
    gone_while_the_customer_waits(hub)
    offer = hub.open_offer()
    first = hub.accept()
    assert hub.run(accept_offer, hub.ben, offer.id, api.Accept(number=offer.number)) == first


def test_the_first_agent_s_desk_loses_the_chat_with_a_sentence_and_the_second_gets_all_of_it(
    database: Database,
) -> None:
    hub = NewsHub(database)
    hub.available(hub.ben)
    chat = gone_while_the_customer_waits(hub)
    hub.news(hub.anna)
    assert list(hub.states[hub.anna].interactions) == [chat.interaction_id], "hers until somebody takes it"
    hub.accept()
    (removal,) = [record for record in hub.news(hub.anna) if record.removed and record.kind == "interaction"]
    assert removal.parting == "Ben has taken over this chat: the customer waited while you were away."
    hub.check()
    assert not hub.states[hub.anna].interactions
    assert [one.text for one in hub.states[hub.ben].messages_of(chat.interaction_id)] == ["Hello"]
    assert hub.states[hub.ben].cases[chat.interaction_id].agent_name == "Ben"
