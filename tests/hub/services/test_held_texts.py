"""B9, D6: what was let through and could not go then is looked at again before it goes."""

import pytest

from cti_client.domain import Millis
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.hub.services.outbox import expire_leases
from cti_client.hub.services.outgoing import SCHEDULE
from cti_client.hub.services.resend_message import resend_message
from cti_client.hub.services.scheduled import cancel_message, lead_stranded, release_due
from cti_client.hub.services.start_chat import start_chat
from cti_client.hub.store import tables
from cti_client.hub.store.messages import one_message
from cti_client.telephony.sms.connection import NotTaken, Refused, Taken
from cti_client.wire import api
from tests.helpers.service_hub import CUSTOMER, MINUTE, ServiceHub
from tests.hub.services.test_quiet_hours import at, known, start, the_welcome, welcomes

AWAY = NotTaken(detail="Kannel cannot be reached")
TO_BED: Millis = at(20, 58)


def begun(hub: ServiceHub, **more: object) -> int:
    """Anna begins a chat by day and sends its first text."""
    known(hub)
    return hub.send(start(hub, **more))


def late(hub: ServiceHub) -> int:
    """The same, shortly before the night; the gateway is away until then."""
    hub.now = TO_BED
    message_id = begun(hub)
    assert hub.submit(AWAY)
    hub.now = at(21, 5)
    return message_id


# --- the hour ------------------------------------------------------------------------------------------------------


def test_what_the_gateway_did_not_take_by_day_does_not_go_at_night(hub: ServiceHub) -> None:
    message_id = late(hub)
    assert hub.take() == []
    assert hub.last is not None
    assert list(hub.last.news.messages) == [message_id]
    assert SCHEDULE in hub.last.wakes
    held = hub.read(one_message, message_id)
    assert (held.state, held.retry_at) == (DeliveryState.SCHEDULED, at(8, day=17))
    assert hub.take() == []
    hub.now = at(8, day=17)
    assert hub.run(release_due) is None
    assert [sms.message_id for sms in hub.submit(Taken())] == [message_id]
    went = hub.message(message_id)
    assert (went.state, went.connection_id, went.local_time) == (
        DeliveryState.SENT,
        "sim",
        "2025-06-17 08:00 America/New_York",
    )


def test_nor_does_what_a_hub_that_was_off_finds_in_its_outbox(hub: ServiceHub) -> None:
    hub.now = TO_BED
    message_id = begun(hub)
    hub.now = at(23)
    assert hub.take() == []
    assert hub.message(message_id).state == DeliveryState.SCHEDULED


def test_nor_does_a_welcome(hub: ServiceHub) -> None:
    welcomes(hub)
    hub.now = TO_BED
    hub.text()
    assert hub.submit(AWAY)
    hub.now = at(21, 5)
    assert hub.take() == []
    assert hub.message(the_welcome(hub)).state == DeliveryState.SCHEDULED
    hub.now = at(8, day=17)
    hub.run(release_due)
    assert [sms.message_id for sms in hub.take()] == [the_welcome(hub)]


def test_a_reply_goes_at_night_however_late(hub: ServiceHub) -> None:
    hub.now = TO_BED
    message_id = hub.send(hub.open_chat())
    hub.submit(AWAY)
    hub.now = at(23)
    assert [sms.message_id for sms in hub.take()] == [message_id]


def test_so_does_what_the_customer_has_answered_meanwhile(hub: ServiceHub) -> None:
    message_id = late(hub)
    hub.text("Are you there?")
    assert [sms.message_id for sms in hub.take()] == [message_id]


def test_so_does_what_a_person_was_asked_about(hub: ServiceHub) -> None:
    hub.now = at(22)
    message_id = begun(hub, in_quiet_hours=True)
    hub.submit(AWAY)
    hub.now = at(22, 5)
    assert [sms.message_id for sms in hub.take()] == [message_id]


def test_so_does_a_new_attempt_that_a_person_was_asked_about(hub: ServiceHub) -> None:
    hub.now = at(20)
    message_id = begun(hub)
    hub.submit(Refused(reason=FailureReason.CARRIER_REFUSED, detail="no"))
    hub.now = at(22)
    hub.run(resend_message, hub.anna, message_id, api.Resend(attempt=1, in_quiet_hours=True))
    assert [sms.message_id for sms in hub.take()] == [message_id]


def test_so_does_a_new_attempt_in_the_customers_own_chat(hub: ServiceHub) -> None:
    hub.now = at(20)
    message_id = begun(hub)
    hub.submit(Refused(reason=FailureReason.CARRIER_REFUSED, detail="no"))
    chat = hub.row(tables.interaction)
    hub.close(api.Accepted(interaction_id=chat.id, case_id=chat.case_id, thread_id=chat.thread_id))
    hub.now = at(22)
    hub.open_chat()
    hub.run(resend_message, hub.anna, message_id, api.Resend(attempt=1))
    assert [sms.message_id for sms in hub.take()] == [message_id]


def test_what_is_held_stands_in_no_replys_way(hub: ServiceHub) -> None:
    message_id = late(hub)
    assert hub.take() == []
    hub.text("Hello")
    reply = hub.send(hub.run(start_chat, hub.anna, api.StartChat(address=CUSTOMER)))
    assert [sms.message_id for sms in hub.take()] == [reply]
    assert hub.message(message_id).state == DeliveryState.SCHEDULED


def test_what_is_held_can_be_cancelled(hub: ServiceHub) -> None:
    message_id = late(hub)
    hub.take()
    hub.run(cancel_message, hub.anna, message_id, api.Cancel())
    assert hub.message(message_id).state == DeliveryState.CANCELLED
    assert hub.rows(tables.outbox) == []


def test_a_stop_ends_what_is_held(hub: ServiceHub) -> None:
    message_id = late(hub)
    hub.take()
    hub.text("STOP")
    ended = hub.message(message_id)
    assert (ended.state, ended.reason) == (DeliveryState.FAILED, FailureReason.OPTED_OUT)
    hub.now = at(8, day=17)
    hub.run(release_due)
    assert message_id not in [sms.message_id for sms in hub.take()]


def test_what_may_not_go_in_the_morning_says_so(hub: ServiceHub) -> None:
    message_id = late(hub)
    hub.take()
    hub.set(tables.connection, {"id": "sim"}, text_policy="gsm")
    hub.set(tables.message, {"id": message_id}, text="Привет")
    hub.now = at(8, day=17)
    hub.run(release_due)
    ended = hub.message(message_id)
    assert ended.state == DeliveryState.FAILED
    assert "П" in ended.reason_text


def test_a_day_of_trying_counts_on_while_it_is_held(hub: ServiceHub) -> None:
    message_id = late(hub)
    hub.take()
    hub.now = at(8, day=17)
    hub.run(release_due)
    hub.submit(AWAY)
    assert hub.message(message_id).state == DeliveryState.QUEUED
    hub.now = at(20, 58, day=17)
    hub.submit(AWAY)
    assert hub.message(message_id).reason == FailureReason.CONNECTION_BROKEN


# --- the connection ------------------------------------------------------------------------------------------------


def remove(hub: ServiceHub) -> None:
    hub.set(tables.connection, {"id": "sim"}, active=False)


@pytest.fixture
def waiting(hub: ServiceHub) -> int:
    hub.now = at(12)
    message_id = hub.send(hub.open_chat())
    hub.submit(AWAY)
    return message_id


def test_what_waits_for_a_connection_that_was_removed_goes_by_another(hub: ServiceHub, waiting: int) -> None:
    hub.transact(lambda conn: conn.execute(tables.connection.insert().values(id="new", kind="simulator", name="New")))
    hub.set(tables.line, {"id": hub.line}, connection_id="new")
    hub.run(lead_stranded)
    assert hub.message(waiting).state == DeliveryState.QUEUED, "the connection is there"
    remove(hub)
    hub.run(lead_stranded)
    hub.run(release_due)
    row = hub.row(tables.outbox)
    assert (row.message_id, row.connection_id) == (waiting, "new")
    assert hub.message(waiting).state == DeliveryState.QUEUED


def test_a_reply_of_a_chat_that_has_ended_goes_by_another_at_night_too(hub: ServiceHub) -> None:
    hub.now = at(20)
    chat = hub.open_chat()
    message_id = hub.send(chat)
    hub.submit(AWAY)
    hub.close(chat)
    hub.now = at(22)
    hub.transact(lambda conn: conn.execute(tables.connection.insert().values(id="new", kind="simulator", name="New")))
    hub.set(tables.line, {"id": hub.line}, connection_id="new")
    remove(hub)
    hub.run(lead_stranded)
    hub.run(release_due)
    assert hub.message(message_id).state == DeliveryState.QUEUED


def test_or_fails_where_nothing_leads_out_any_more(hub: ServiceHub, waiting: int) -> None:
    remove(hub)
    hub.set(tables.line, {"id": hub.line}, connection_id=None)
    hub.run(lead_stranded)
    hub.run(release_due)
    ended = hub.message(waiting)
    assert (ended.state, ended.reason) == (DeliveryState.FAILED, FailureReason.NO_ROUTING_RULE)
    assert hub.rows(tables.outbox) == []


def test_what_is_under_way_is_left_to_its_lease(hub: ServiceHub, waiting: int) -> None:
    hub.now += MINUTE
    assert hub.take()
    remove(hub)
    hub.run(lead_stranded)
    assert hub.message(waiting).state == DeliveryState.SENDING
    hub.now += MINUTE
    assert hub.run(expire_leases) == 1
    hub.run(lead_stranded)
    assert hub.message(waiting).state == DeliveryState.UNKNOWN
