"""D3, D4: states move forward whatever order the news comes in."""

import pytest

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import ChatEndedError, NotFoundError
from cti_client.hub.services.outbox import record_outcome
from cti_client.hub.services.record_delivery import record_delivery
from cti_client.hub.services.settle_message import settle_message
from cti_client.hub.store import tables
from cti_client.hub.store.messages import one_message
from cti_client.telephony.sms.connection import DeliveryReport, Refused, SubmitOutcome, Taken, Unclear
from cti_client.wire import api
from tests.helpers.service_hub import START, ServiceHub

S = DeliveryState


@pytest.fixture
def message_id(hub: ServiceHub) -> int:
    message_id = hub.send(hub.open_chat())
    hub.take()
    return message_id


def report(hub: ServiceHub, message_id: int, state: DeliveryState, part: int | None = None, **more: object) -> None:
    values: dict[str, object] = {"message_id": message_id, "state": state, "part": part, "raw": str(state), **more}
    hub.run(record_delivery, "sim", DeliveryReport(**values))  # type: ignore[arg-type]  # spelled out by the tests


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([S.SENT], "sent"),
        ([S.SENT, S.DELIVERED], "delivered"),
        ([S.DELIVERED, S.SENT], "delivered"),
        ([S.DELIVERED, S.DELIVERED], "delivered"),
        ([S.SENT, S.UNDELIVERED], "undelivered"),
        ([S.FAILED, S.SENT], "failed"),
    ],
)
@pytest.mark.parametrize("answer_first", [True, False])
def test_reports_in_any_order(
    hub: ServiceHub, message_id: int, reports: list[DeliveryState], expected: str, answer_first: bool
) -> None:
    if answer_first:
        hub.run(record_outcome, message_id, Taken())
    for state in reports:
        report(hub, message_id, state)
    if not answer_first:
        hub.run(record_outcome, message_id, Taken(gateway_id="late"))
        assert hub.message(message_id).gateway_id == "late"
    assert hub.message(message_id).state == expected
    assert [row.state for row in hub.rows(tables.delivery_report)] == [str(state) for state in reports]
    assert not hub.rows(tables.outbox)


def test_a_report_again_is_no_news(hub: ServiceHub, message_id: int) -> None:
    report(hub, message_id, S.DELIVERED)
    version = hub.message(message_id).version
    report(hub, message_id, S.DELIVERED)
    report(hub, message_id, S.SENT)
    assert hub.message(message_id).version == version
    assert hub.last is not None
    assert not hub.last.news.messages


def test_a_failure_keeps_the_reason_and_the_gateways_words(hub: ServiceHub, message_id: int) -> None:
    report(hub, message_id, S.UNDELIVERED, reason=FailureReason.LANDLINE, raw="30006", gateway_id="g", at=START + 5)
    hub.now = START + 9
    row = hub.message(message_id)
    assert (row.reason, row.reason_text, row.gateway_id) == ("landline", "30006", "g")


def test_what_no_database_keeps_is_cleaned_out_of_a_gateways_words(hub: ServiceHub, message_id: int) -> None:
    report(hub, message_id, S.UNDELIVERED, raw="a\0b\ud83d", gateway_id="g\0\ud83d", reason=FailureReason.OPTED_OUT)
    row = hub.message(message_id)
    assert row.state == "undelivered"
    assert "\0" not in row.reason_text + row.gateway_id
    assert "\ud83d" not in row.reason_text + row.gateway_id


@pytest.mark.parametrize(
    "outcome", [Taken(gateway_id="g\0\ud83d"), Refused(reason=FailureReason.OPTED_OUT, detail="a\0")]
)
def test_nor_is_it_kept_of_an_answer(hub: ServiceHub, message_id: int, outcome: SubmitOutcome) -> None:
    hub.run(record_outcome, message_id, outcome)
    row = hub.message(message_id)
    assert "\0" not in row.reason_text + row.gateway_id


def test_the_answers_id_is_the_gateways(hub: ServiceHub, message_id: int) -> None:
    hub.run(record_outcome, message_id, Taken(gateway_id="answered"))
    report(hub, message_id, S.DELIVERED, gateway_id="reported")
    assert hub.message(message_id).gateway_id == "answered"
    assert hub.row(tables.delivery_report).gateway_id == "reported"


def test_a_clock_ahead_of_ours_is_not_believed(hub: ServiceHub, message_id: int) -> None:
    report(hub, message_id, S.DELIVERED, at=START + 99_999)
    assert hub.message(message_id).state_at == START


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([(0, S.DELIVERED)], "sent"),
        ([(0, S.DELIVERED), (1, S.DELIVERED)], "sent"),
        ([(0, S.DELIVERED), (1, S.DELIVERED), (2, S.DELIVERED)], "delivered"),
        ([(2, S.DELIVERED), (0, S.DELIVERED), (0, S.DELIVERED), (1, S.SENT), (1, S.DELIVERED)], "delivered"),
        ([(0, S.DELIVERED), (1, S.UNDELIVERED), (2, S.DELIVERED)], "undelivered"),
    ],
)
def test_parts_are_summed(hub: ServiceHub, reports: list[tuple[int, DeliveryState]], expected: str) -> None:
    message_id = hub.send(hub.open_chat(), "x" * 400)
    assert hub.message(message_id).parts == 3
    hub.submit(Taken())
    for part, state in reports:
        report(hub, message_id, state, part)
    assert hub.message(message_id).state == expected


def test_parts_that_come_before_the_answer_say_how_many_they_are(hub: ServiceHub) -> None:
    """150 characters are one text, or two separate messages of 140 at most (D2)."""
    message_id = hub.send(hub.open_chat(), "x" * 150)
    hub.take()
    report(hub, message_id, S.DELIVERED, 0, parts=2)
    assert hub.message(message_id).state == "sending"
    hub.run(record_outcome, message_id, Refused(reason=FailureReason.CONNECTION_BROKEN, detail="1 of 2 parts"))
    report(hub, message_id, S.DELIVERED, 0, parts=2)
    assert hub.message(message_id).state == "failed", "the customer has only half of it"


def test_the_last_part_delivered_before_the_answer_is_all_of_it(hub: ServiceHub) -> None:
    message_id = hub.send(hub.open_chat(), "x" * 150)
    hub.take()
    report(hub, message_id, S.DELIVERED, 1, parts=2)
    report(hub, message_id, S.DELIVERED, 0, parts=2)
    assert hub.message(message_id).state == "delivered"


@pytest.mark.parametrize("answer_first", [True, False])
def test_a_part_that_went_says_nothing_of_one_that_may_not_have(hub: ServiceHub, answer_first: bool) -> None:
    message_id = hub.send(hub.open_chat(), "x" * 200)
    hub.take()
    if answer_first:
        hub.run(record_outcome, message_id, Unclear(detail="1 of 2 parts were taken, then: no answer"))
    report(hub, message_id, S.SENT, 0)
    report(hub, message_id, S.DELIVERED, 0)
    if not answer_first:
        hub.run(record_outcome, message_id, Unclear(detail="1 of 2 parts were taken, then: no answer"))
    assert hub.message(message_id).state == "unknown"
    report(hub, message_id, S.SENT, 1)
    assert hub.message(message_id).state == "sent"
    report(hub, message_id, S.DELIVERED, 1)
    assert hub.message(message_id).state == "delivered"


def test_the_gateways_count_of_parts_holds(hub: ServiceHub) -> None:
    message_id = hub.send(hub.open_chat(), "x" * 200)
    hub.submit(Taken(parts=3))
    assert hub.message(message_id).parts == 3


def test_a_report_on_a_message_we_do_not_know_is_kept(hub: ServiceHub) -> None:
    report(hub, 12345, S.DELIVERED)
    assert hub.row(tables.delivery_report).message_id == 12345


def test_a_report_on_an_inbound_text_changes_nothing(hub: ServiceHub) -> None:
    received = hub.text()
    report(hub, received.message_id or 0, S.FAILED)
    assert hub.message(received.message_id or 0).state == "received"


def test_an_opted_out_report_sets_the_opt_out(hub: ServiceHub, message_id: int) -> None:
    hub.run(record_outcome, message_id, Taken())
    report(hub, message_id, S.FAILED, reason=FailureReason.OPTED_OUT)
    assert hub.row(tables.consent).state == "opted_out"


def test_an_opted_out_report_that_comes_again_after_a_start_changes_nothing(hub: ServiceHub, message_id: int) -> None:
    hub.run(record_outcome, message_id, Taken())
    report(hub, message_id, S.FAILED, reason=FailureReason.OPTED_OUT)
    hub.text("START")
    report(hub, message_id, S.FAILED, reason=FailureReason.OPTED_OUT)
    assert hub.row(tables.consent).state == "opted_in"
    assert len(hub.rows(tables.delivery_report)) == 2


@pytest.mark.parametrize("state", [S.SENT, S.DELIVERED, S.UNDELIVERED, S.FAILED])
def test_unknown_is_settled_by_a_later_report(hub: ServiceHub, message_id: int, state: DeliveryState) -> None:
    hub.run(record_outcome, message_id, Unclear(detail="timed out"))
    report(hub, message_id, state)
    assert hub.message(message_id).state == state


@pytest.mark.parametrize(("arrived", "expected"), [(True, ("delivered", None)), (False, ("failed", "unanswered"))])
def test_unknown_is_settled_by_the_agent(
    hub: ServiceHub, message_id: int, arrived: bool, expected: tuple[str, str | None]
) -> None:
    hub.run(record_outcome, message_id, Unclear(detail="timed out"))
    hub.run(settle_message, hub.anna, message_id, api.Settle(arrived=arrived))
    assert hub.last is not None
    assert list(hub.last.news.messages) == [message_id]
    hub.run(settle_message, hub.anna, message_id, api.Settle(arrived=arrived))
    told = hub.read(one_message, message_id)
    assert (told.state, told.reason) == expected
    assert (told.settled_by, told.reason_text) == ("Anna", "timed out")
    assert len(hub.rows(tables.settlement)) == 1, "said twice it is no news"
    with pytest.raises(ChatEndedError):
        hub.run(settle_message, hub.ben, message_id, api.Settle(arrived=arrived))


def test_a_report_that_was_faster_than_the_agent_holds(hub: ServiceHub, message_id: int) -> None:
    hub.run(record_outcome, message_id, Unclear(detail="timed out"))
    report(hub, message_id, S.DELIVERED)
    hub.run(settle_message, hub.anna, message_id, api.Settle(arrived=False))
    assert hub.message(message_id).state == "delivered"


def test_settling_a_message_that_never_was(hub: ServiceHub) -> None:
    with pytest.raises(NotFoundError):
        hub.run(settle_message, hub.anna, 99, api.Settle(arrived=True))


def test_a_refusal_for_an_opt_out_counts_for_nothing_where_the_phone_has_the_text(
    hub: ServiceHub, message_id: int
) -> None:
    report(hub, message_id, S.DELIVERED)
    hub.run(record_outcome, message_id, Refused(reason=FailureReason.OPTED_OUT, detail="21610"))
    assert hub.row(tables.consent).state == "opted_in"


def test_a_refusal_after_a_report_does_not_undo_it(hub: ServiceHub, message_id: int) -> None:
    report(hub, message_id, S.DELIVERED)
    hub.run(record_outcome, message_id, Refused(reason=FailureReason.CARRIER_REFUSED, detail="no"))
    row = hub.message(message_id)
    assert (row.state, row.reason) == ("delivered", None)
