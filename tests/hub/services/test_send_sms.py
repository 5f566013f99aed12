"""A6, B5, H1: a send, exactly once, and what refuses it."""

import pytest

from cti_client.domain.errors import (
    BadRequestError,
    ChatEndedError,
    EmptyTextError,
    NotFoundError,
    NotRepliableError,
    StaleSendError,
    TextTooLongError,
)
from cti_client.hub.services.send_sms import send_sms
from cti_client.hub.store import tables
from cti_client.telephony.sms.connection import Taken
from cti_client.wire import api
from tests.helpers.service_hub import CUSTOMER, LINE, MINUTE, SECOND_LINE, ServiceHub


def test_a_send_is_queued_and_goes_from_the_line_that_was_texted(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.now += MINUTE
    message_id = hub.send(chat, "Good morning")
    assert hub.last is not None
    assert "outbox" in hub.last.wakes
    assert list(hub.last.news.messages) == [message_id]
    assert list(hub.last.news.interactions) == [chat.interaction_id]
    row = hub.message(message_id)
    assert (row.direction, row.state, row.agent_id, row.interaction_id) == (
        "out",
        "queued",
        hub.anna,
        chat.interaction_id,
    )
    assert hub.row(tables.interaction).waiting_since is None
    assert hub.row(tables.case).last_at == hub.now
    (sms,) = hub.take()
    assert (sms.sender, sms.recipient, sms.text) == (LINE, CUSTOMER, "Good morning")
    hub.text("there", to=SECOND_LINE)
    hub.send(chat, "here")
    assert hub.message(message_id).line_id == hub.line
    assert hub.rows(tables.message, direction="out")[-1].line_id == hub.second_line


def test_the_same_send_twice_is_one_message(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    first = hub.send(chat, client_id="a")
    assert hub.send(chat, client_id="a") == first
    assert len(hub.rows(tables.outbox)) == 1
    hub.submit(Taken())
    hub.close(chat)
    hub.now += 10 * MINUTE
    assert hub.send(chat, client_id="a", composed_at=hub.now - 10 * MINUTE) == first
    assert hub.take() == []


def test_an_id_of_another_agent_is_refused(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.send(chat, client_id="a")
    send = api.Send(client_id="a", interaction_id=chat.interaction_id, text="x", composed_at=hub.now)
    with pytest.raises(BadRequestError):
        hub.run(send_sms, hub.ben, send)


def test_only_the_holder_of_an_open_chat_sends(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    send = api.Send(client_id="b", interaction_id=chat.interaction_id, text="x", composed_at=hub.now)
    with pytest.raises(ChatEndedError):
        hub.run(send_sms, hub.ben, send)
    hub.close(chat)
    with pytest.raises(ChatEndedError):
        hub.send(chat)
    with pytest.raises(NotFoundError):
        hub.run(send_sms, hub.anna, api.Send(client_id="c", interaction_id=99, text="x", composed_at=hub.now))
    assert not hub.rows(tables.outbox)


@pytest.mark.parametrize("words", ["", "  \n\t "])
def test_nothing_is_not_sent(hub: ServiceHub, words: str) -> None:
    chat = hub.open_chat()
    with pytest.raises(EmptyTextError):
        hub.send(chat, words)


def test_1600_characters_go_and_one_more_does_not(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    message_id = hub.send(chat, "x" * 1600)
    assert hub.message(message_id).parts == 11
    with pytest.raises(TextTooLongError, match="1,601"):
        hub.send(chat, "x" * 1601)
    assert hub.send(chat, "e\u0301" * 1600), "decomposed letters count as the one they are"


def test_what_was_typed_goes_composed(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    assert hub.message(hub.send(chat, "cafe\u0301 \n ")).text == "caf\u00e9 \n "


def test_a_name_takes_no_reply(hub: ServiceHub) -> None:
    chat = hub.open_chat(sender="MyBank")
    with pytest.raises(NotRepliableError):
        hub.send(chat)


def test_a_text_that_waited_asks_first(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.now += 10 * MINUTE
    composed_at = hub.now - 2 * MINUTE
    hub.send(chat, composed_at=composed_at)
    with pytest.raises(StaleSendError, match="two minutes"):
        hub.send(chat, composed_at=composed_at - 1)
    hub.send(chat, composed_at=composed_at - 1, confirmed=True)


def test_a_text_from_before_the_chat_was_held_asks_first(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text()
    composed_at = hub.now
    hub.now += 10_000
    chat = hub.accept()
    with pytest.raises(StaleSendError, match="changed hands"):
        hub.send(chat, composed_at=composed_at)


def test_a_text_from_before_an_opt_out_asks_first(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.now += MINUTE
    composed_at = hub.now
    hub.now += 1
    hub.text("STOP")
    hub.text("START")
    with pytest.raises(StaleSendError, match="opted out"):
        hub.send(chat, composed_at=composed_at)
    hub.send(chat, composed_at=hub.now)


def test_without_a_connection_the_message_has_no_routing_rule(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.set(tables.line, {"id": hub.line}, connection_id=None)
    row = hub.message(hub.send(chat))
    assert (row.state, row.reason) == ("failed", "no_routing_rule")
    assert not hub.rows(tables.outbox)
