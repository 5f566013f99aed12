"""D3: what is open at a gateway that can be asked, and what its answers change."""

from cti_client.domain.delivery import DeliveryState
from cti_client.hub.services.outbox import expire_leases
from cti_client.hub.services.unsettled import ASK_AFTER, ASK_UNTIL, AT_ONCE, take_answers, unsettled
from cti_client.hub.store import tables
from cti_client.telephony.sms.connection import AskedSms, DeliveryReport, Taken, Unclear
from tests.helpers.service_hub import CUSTOMER, HOUR, MINUTE, ServiceHub

SENT, DELIVERED, UNKNOWN = DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN


def open_texts(hub: ServiceHub, after: int = 0, connection_id: str = "sim") -> list[AskedSms]:
    return hub.read(unsettled, connection_id, after, hub.now)


def answer(hub: ServiceHub, message_id: int, state: DeliveryState, part: int | None = None, attempt: int = 1) -> None:
    report = DeliveryReport(message_id=message_id, state=state, raw="asked", part=part, attempt=attempt)
    hub.run(take_answers, "sim", (report,))


def sent(hub: ServiceHub) -> int:
    message_id = hub.send(hub.open_chat())
    hub.submit(Taken(gateway_id="gw-9"))
    return message_id


def test_a_text_without_a_last_report_is_asked_about_for_three_days(hub: ServiceHub) -> None:
    message_id = sent(hub)
    assert open_texts(hub) == []
    hub.now += ASK_AFTER
    assert open_texts(hub) == [AskedSms(message_id=message_id, attempt=1, recipient=CUSTOMER, gateway_id="gw-9")]
    assert open_texts(hub, after=message_id) == []
    assert open_texts(hub, connection_id="other") == []
    hub.now += ASK_UNTIL - ASK_AFTER - 1
    assert len(open_texts(hub)) == 1
    hub.now += 1
    assert open_texts(hub) == []


def test_what_has_ended_is_not_asked_about(hub: ServiceHub) -> None:
    message_id = sent(hub)
    hub.now += ASK_AFTER
    answer(hub, message_id, DELIVERED)
    hub.now += ASK_AFTER
    assert hub.message(message_id).state == DELIVERED
    assert open_texts(hub) == []


def test_an_unknown_text_is_settled_by_the_answer(hub: ServiceHub) -> None:
    """D4: the gateway had it after all."""
    message_id = hub.send(hub.open_chat())
    hub.submit(Unclear(detail="no answer"))
    hub.now += ASK_AFTER
    assert hub.message(message_id).state == UNKNOWN
    assert [one.message_id for one in open_texts(hub)] == [message_id]
    answer(hub, message_id, SENT)
    assert hub.message(message_id).state == SENT
    answer(hub, message_id, DELIVERED)
    assert hub.message(message_id).state == DELIVERED


def test_the_same_answer_again_is_not_kept_again(hub: ServiceHub) -> None:
    message_id = sent(hub)
    for _ in range(3):
        hub.now += 10 * MINUTE
        answer(hub, message_id, SENT)
        answer(hub, message_id, SENT, part=0)
    assert len(hub.rows(tables.delivery_report)) == 1
    assert hub.message(message_id).state == SENT


def test_an_answer_on_an_attempt_that_was_given_up_changes_nothing_but_delivered(hub: ServiceHub) -> None:
    message_id = sent(hub)
    hub.set(tables.message, {"id": message_id}, attempt=2)
    answer(hub, message_id, DeliveryState.UNDELIVERED)
    assert hub.message(message_id).state == SENT
    answer(hub, message_id, DELIVERED)
    assert hub.message(message_id).state == DELIVERED


def test_an_answer_on_nothing_of_ours(hub: ServiceHub) -> None:
    answer(hub, 10_000, DELIVERED)
    assert hub.rows(tables.delivery_report) == []


def test_many_come_in_pages(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    ids = []
    for number in range(AT_ONCE + 5):
        ids.append(hub.send(chat, f"Text {number}"))
        hub.submit(Taken())
    hub.now += ASK_AFTER
    first = open_texts(hub)
    assert [one.message_id for one in first] == ids[:AT_ONCE]
    assert [one.message_id for one in open_texts(hub, after=first[-1].message_id)] == ids[AT_ONCE:]


def test_a_lease_that_ran_out_is_asked_about_as_well(hub: ServiceHub) -> None:
    message_id = hub.send(hub.open_chat())
    hub.take()
    hub.now += HOUR
    hub.run(expire_leases)
    hub.now += ASK_AFTER
    assert [one.message_id for one in open_texts(hub)] == [message_id]
