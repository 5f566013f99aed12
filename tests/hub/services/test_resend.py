"""E6: a new attempt at a message that failed really sends, once, and what comes late of the old one does no harm."""

import pytest

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import BadRequestError, ChatEndedError, NoConnectionError, NotFoundError, OptedOutError
from cti_client.hub.services.outbox import expire_leases, record_outcome
from cti_client.hub.services.record_delivery import record_delivery
from cti_client.hub.services.resend_message import resend_message
from cti_client.hub.services.settle_message import settle_message
from cti_client.hub.store import tables
from cti_client.hub.store.message_history import message_history
from cti_client.hub.store.messages import one_message
from cti_client.telephony.sms.connection import DeliveryReport, NotTaken, Refused, Taken, Unclear
from cti_client.wire import api
from tests.helpers.service_hub import HOUR, MINUTE, ServiceHub

BROKEN = Refused(reason=FailureReason.CARRIER_REFUSED, detail="no way")
QUEUED, SENT = DeliveryState.QUEUED, DeliveryState.SENT
FAILED, DELIVERED, UNDELIVERED = DeliveryState.FAILED, DeliveryState.DELIVERED, DeliveryState.UNDELIVERED


def failed_message(hub: ServiceHub) -> int:
    message_id = hub.send(hub.open_chat())
    hub.submit(BROKEN)
    assert hub.message(message_id).state == FAILED
    return message_id


def resend(hub: ServiceHub, message_id: int, attempt: int = 1, agent_id: int | None = None) -> None:
    hub.run(resend_message, hub.anna if agent_id is None else agent_id, message_id, api.Resend(attempt=attempt))


def report(hub: ServiceHub, message_id: int, state: DeliveryState, attempt: int, part: int | None = None) -> None:
    heard = DeliveryReport(message_id=message_id, state=state, raw=str(state), attempt=attempt, part=part)
    hub.run(record_delivery, "sim", heard)


def test_it_goes_again_as_the_same_message(hub: ServiceHub) -> None:
    message_id = failed_message(hub)
    hub.now += MINUTE
    resend(hub, message_id)
    row = hub.message(message_id)
    assert (row.state, row.attempt, row.reason, row.reason_text) == ("queued", 2, None, "")
    (sms,) = hub.take()
    assert (sms.message_id, sms.attempt, sms.text) == (message_id, 2, row.text)
    hub.run(record_outcome, message_id, Taken(gateway_id="gw-2"), 2)
    report(hub, message_id, DELIVERED, 2)
    assert hub.message(message_id).state == DELIVERED
    assert hub.read(one_message, message_id).attempt == 2
    (kept,) = hub.rows(tables.message_attempt)
    assert (kept.attempt, kept.state, kept.reason, kept.reason_text) == (1, "failed", "carrier_refused", "no way")
    assert (kept.agent_id, kept.ended_at) == (hub.anna, hub.now)


def test_pressed_twice_it_goes_once(hub: ServiceHub) -> None:
    message_id = failed_message(hub)
    resend(hub, message_id)
    resend(hub, message_id)
    (sms,) = hub.take()
    hub.run(record_outcome, message_id, Taken(), sms.attempt)
    resend(hub, message_id)
    assert hub.take() == []


def test_what_has_not_failed_is_not_sent_again(hub: ServiceHub) -> None:
    message_id = hub.send(hub.open_chat())
    with pytest.raises(BadRequestError):
        resend(hub, message_id)
    hub.submit(Taken())
    with pytest.raises(BadRequestError):
        resend(hub, message_id)


def test_unknown_is_sent_again_only_once_somebody_said_that_it_did_not_arrive(hub: ServiceHub) -> None:
    message_id = hub.send(hub.open_chat())
    hub.submit(Unclear(detail="no answer"))
    with pytest.raises(BadRequestError):
        resend(hub, message_id)
    hub.run(settle_message, hub.anna, message_id, api.Settle(arrived=False))
    resend(hub, message_id)
    assert len(hub.take()) == 1


def test_only_for_who_holds_the_chat(hub: ServiceHub) -> None:
    message_id = failed_message(hub)
    with pytest.raises(ChatEndedError):
        resend(hub, message_id, agent_id=hub.ben)
    with pytest.raises(NotFoundError):
        resend(hub, 999)
    with pytest.raises(NotFoundError):
        resend(hub, hub.rows(tables.message, direction="in")[0].id)


def test_not_to_who_opted_out_since(hub: ServiceHub) -> None:
    message_id = failed_message(hub)
    hub.text("STOP")
    hub.submit(Taken())
    with pytest.raises(OptedOutError):
        resend(hub, message_id)
    assert hub.message(message_id).attempt == 1


def test_not_where_nothing_leads_out(hub: ServiceHub) -> None:
    message_id = failed_message(hub)
    hub.set(tables.line, {"id": hub.line}, connection_id=None)
    with pytest.raises(NoConnectionError):
        resend(hub, message_id)
    assert hub.message(message_id).state == FAILED


def test_a_late_answer_to_the_old_submit_leaves_the_new_one_alone(hub: ServiceHub) -> None:
    message_id = hub.send(hub.open_chat())
    hub.take(lease_ms=MINUTE)
    hub.now += 2 * MINUTE
    hub.run(expire_leases)
    hub.run(settle_message, hub.anna, message_id, api.Settle(arrived=False))
    resend(hub, message_id)
    hub.run(record_outcome, message_id, BROKEN, 1)
    assert hub.message(message_id).state == QUEUED
    assert len(hub.take()) == 1


def test_it_goes_again_although_the_first_submit_is_not_answered_yet(hub: ServiceHub) -> None:
    message_id = hub.send(hub.open_chat())
    hub.take()
    report(hub, message_id, UNDELIVERED, 1)
    resend(hub, message_id)
    (sms,) = hub.take()
    assert sms.attempt == 2
    hub.run(record_outcome, message_id, Taken(), 1)
    assert hub.message(message_id).state == DeliveryState.SENDING
    hub.run(record_outcome, message_id, Taken(), 2)
    assert hub.message(message_id).state == SENT


def test_a_late_failure_of_the_old_attempt_changes_nothing(hub: ServiceHub) -> None:
    message_id = failed_message(hub)
    resend(hub, message_id)
    report(hub, message_id, UNDELIVERED, 1)
    assert hub.message(message_id).state == QUEUED
    assert len(hub.rows(tables.delivery_report)) == 1


def test_the_old_attempt_arrived_after_all_so_the_new_one_does_not_go(hub: ServiceHub) -> None:
    message_id = failed_message(hub)
    resend(hub, message_id)
    report(hub, message_id, DELIVERED, 1)
    assert hub.message(message_id).state == DELIVERED
    assert hub.take() == []


def test_parts_are_summed_attempt_by_attempt(hub: ServiceHub) -> None:
    message_id = hub.send(hub.open_chat(), "a" * 200)
    hub.submit(Taken(parts=2))
    report(hub, message_id, DELIVERED, 1, part=0)
    report(hub, message_id, UNDELIVERED, 1, part=1)
    assert hub.message(message_id).state == UNDELIVERED
    resend(hub, message_id)
    hub.take()
    hub.run(record_outcome, message_id, Taken(parts=2), 2)
    report(hub, message_id, DELIVERED, 2, part=1)
    assert hub.message(message_id).state == SENT
    report(hub, message_id, DELIVERED, 2, part=0)
    assert hub.message(message_id).state == DELIVERED


def test_an_attempt_by_another_way_has_parts_of_its_own(hub: ServiceHub) -> None:
    message_id = hub.send(hub.open_chat(), "a" * 150)
    hub.take()
    hub.run(record_outcome, message_id, Taken(parts=2))
    report(hub, message_id, UNDELIVERED, 1, part=0)
    resend(hub, message_id)
    assert hub.message(message_id).parts == 1


def test_a_day_counts_from_the_new_attempt(hub: ServiceHub) -> None:
    message_id = failed_message(hub)
    hub.now += 30 * HOUR
    resend(hub, message_id)
    hub.take()
    hub.run(record_outcome, message_id, NotTaken(detail="busy"), 2)
    assert hub.message(message_id).state == QUEUED


def test_reports_from_before_there_were_attempts_are_of_the_first(hub: ServiceHub) -> None:
    message_id = hub.send(hub.open_chat(), "a" * 200)
    hub.submit(Taken(parts=2))
    report(hub, message_id, DELIVERED, 1, part=0)
    hub.set(tables.delivery_report, {"message_id": message_id}, attempt=None)
    report(hub, message_id, DELIVERED, 1, part=1)
    assert hub.message(message_id).state == DELIVERED


def test_the_history_tells_each_attempt_and_report(hub: ServiceHub) -> None:
    message_id = failed_message(hub)
    began = hub.message(message_id).at
    hub.now += MINUTE
    resend(hub, message_id)
    again = hub.now
    hub.take()
    hub.now += 1_000
    hub.run(record_outcome, message_id, Taken(gateway_id="gw-2"), 2)
    report(hub, message_id, SENT, 2, part=0)
    hub.now += 1_000
    report(hub, message_id, DELIVERED, 2, part=0)
    told = hub.read(message_history, message_id)
    first, second = told.attempts
    assert (first.attempt, first.at, first.state, first.state_at) == (1, began, FAILED, again)
    assert (first.reason, first.reason_text, first.by) == (FailureReason.CARRIER_REFUSED, "no way", "")
    assert (second.attempt, second.at, second.state, second.state_at) == (2, again, DELIVERED, hub.now)
    assert (second.by, second.connection) == ("Anna", first.connection)
    assert first.connection
    assert [(each.state, each.raw, each.part, each.attempt) for each in told.reports] == [
        (SENT, "sent", 0, 2),
        (DELIVERED, "delivered", 0, 2),
    ]
    assert told.checked_consent == "opted_in"


def test_the_history_of_what_is_not_ours(hub: ServiceHub) -> None:
    hub.open_chat()
    theirs = hub.row(tables.message, direction="in").id
    for message_id in (theirs, 10_000):
        with pytest.raises(NotFoundError):
            hub.read(message_history, message_id)
