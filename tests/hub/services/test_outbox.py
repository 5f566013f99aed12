"""D4, D5: a text goes at most once, whatever happens to the hub or the gateway."""

import pytest

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.hub.services.outbox import back_off, expire_leases, give_up_late, next_due, record_outcome, take_due
from cti_client.hub.services.record_delivery import record_delivery
from cti_client.hub.store import tables
from cti_client.hub.store.messages import one_message
from cti_client.hub.store.store import Tx
from cti_client.telephony.sms.connection import DeliveryReport, NotTaken, Refused, Taken, Unclear
from tests.helpers.service_hub import HOUR, MINUTE, START, ServiceHub


def due(hub: ServiceHub) -> int | None:
    return hub.read(next_due)


def state(hub: ServiceHub, message_id: int) -> tuple[str, str | None]:
    row = hub.message(message_id)
    return row.state, row.reason


@pytest.fixture
def message_id(hub: ServiceHub) -> int:
    return hub.send(hub.open_chat())


def test_a_taken_text_is_under_way_until_its_answer(hub: ServiceHub, message_id: int) -> None:
    assert due(hub) == START
    (sms,) = hub.take(lease_ms=MINUTE)
    assert sms.message_id == message_id
    assert state(hub, message_id) == ("sending", None)
    assert hub.last is not None
    assert list(hub.last.news.messages) == [message_id]
    assert hub.take() == []
    assert due(hub) == START + MINUTE
    hub.run(record_outcome, message_id, Taken(gateway_id="gw-9"))
    assert state(hub, message_id) == ("sent", None)
    assert hub.message(message_id).gateway_id == "gw-9"
    assert due(hub) is None


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Refused(reason=FailureReason.BAD_NUMBER, detail="no such number"), ("failed", "bad_number")),
        (Unclear(detail="timed out"), ("unknown", "unanswered")),
    ],
)
def test_an_answer_that_ends_it(hub: ServiceHub, message_id: int, outcome: Refused | Unclear, expected: object) -> None:
    hub.submit(outcome)
    assert state(hub, message_id) == expected
    assert hub.message(message_id).reason_text == outcome.detail
    hub.now += HOUR
    assert hub.take() == []


def test_the_hub_died_during_a_submit(hub: ServiceHub, message_id: int) -> None:
    hub.take(lease_ms=MINUTE)
    hub.now += MINUTE - 1
    assert hub.run(expire_leases) == 0
    hub.now += 1
    assert hub.run(expire_leases) == 1
    assert state(hub, message_id) == ("unknown", "unanswered")
    assert hub.run(expire_leases) == 0
    assert hub.take() == []


def test_the_hub_died_before_the_lease_was_committed(hub: ServiceHub, message_id: int) -> None:
    class HubDiesError(Exception):
        pass

    def take_and_die(tx: Tx) -> None:
        take_due(tx, "sim", 10, MINUTE)
        raise HubDiesError

    with pytest.raises(HubDiesError):
        hub.run(take_and_die)
    assert state(hub, message_id) == ("queued", None)
    assert [sms.message_id for sms in hub.take()] == [message_id]


def test_an_answer_after_the_lease_settles_it(hub: ServiceHub, message_id: int) -> None:
    hub.take(lease_ms=MINUTE)
    hub.now += HOUR
    hub.run(expire_leases)
    hub.run(record_outcome, message_id, Taken())
    assert state(hub, message_id) == ("sent", None)


def test_not_taken_after_the_lease_does_not_go_again(hub: ServiceHub, message_id: int) -> None:
    hub.take(lease_ms=MINUTE)
    hub.now += HOUR
    hub.run(expire_leases)
    hub.run(record_outcome, message_id, NotTaken(detail="busy"))
    assert state(hub, message_id) == ("failed", "connection_broken")
    assert hub.take() == []
    assert not hub.rows(tables.outbox)


def test_not_taken_waits_longer_each_time(hub: ServiceHub, message_id: int) -> None:
    for wait in (10_000, 30_000, 60_000, 300_000, 300_000):
        assert hub.submit(NotTaken(detail="gateway away"))
        assert state(hub, message_id) == ("queued", None)
        assert hub.message(message_id).reason_text == "gateway away"
        assert due(hub) == hub.now + wait
        hub.now += wait - 1
        assert hub.take() == []
        hub.now += 1
    assert hub.take()
    assert hub.message(message_id).reason_text == "", "what was said of the try before is not said of this one"
    hub.run(record_outcome, message_id, Taken())
    assert hub.message(message_id).reason_text == ""


def test_what_was_never_offered_to_the_gateway_has_not_been_tried(hub: ServiceHub, message_id: int) -> None:
    hub.submit(NotTaken(detail="", retry_after=0, asked=False))
    assert state(hub, message_id) == ("queued", None)
    assert hub.read(one_message, message_id).retry_at is None, "nobody is told that the gateway did not take it"
    hub.now += 1_000
    hub.submit(NotTaken(detail="gateway away"))
    assert hub.read(one_message, message_id).retry_at == hub.now + 10_000


def test_the_gateways_own_wish_comes_first(hub: ServiceHub, message_id: int) -> None:
    hub.submit(NotTaken(detail="slow down", retry_after=3_000))
    assert due(hub) == hub.now + 3_000
    assert back_off(1, 0) == 1_000


def test_after_a_day_it_is_given_up(hub: ServiceHub, message_id: int) -> None:
    """The gateway never took it, so no phone was ever tried: that is no text that expired in the network."""
    hub.now = START + 24 * HOUR - 5_000
    hub.submit(NotTaken(detail="gateway away"))
    assert state(hub, message_id) == ("failed", "connection_broken")
    assert hub.message(message_id).reason_text == "gateway away"
    assert not hub.rows(tables.outbox)


def test_what_nobody_was_there_to_send_for_a_day_is_given_up(hub: ServiceHub, message_id: int) -> None:
    """The laptop was closed over the weekend, say: Friday's text is not sent on Monday by itself."""
    hub.now += 24 * HOUR - 1
    hub.run(give_up_late)
    assert state(hub, message_id) == ("queued", None)
    hub.now += 1
    assert hub.take() == [], "not even before the sweep has found it"
    hub.run(give_up_late)
    assert hub.last is not None
    assert list(hub.last.news.messages) == [message_id]
    assert "outbox" in hub.last.wakes, "the customer's next text may go"
    assert state(hub, message_id) == ("failed", "connection_broken")
    assert not hub.rows(tables.outbox)


def test_a_day_of_waiting_counts_from_when_it_was_due(hub: ServiceHub, message_id: int) -> None:
    hub.now += 23 * HOUR
    hub.submit(NotTaken(detail="gateway away"))
    hub.now += 2 * HOUR
    hub.run(give_up_late)
    assert len(hub.take()) == 1
    hub.now += 25 * HOUR
    hub.run(give_up_late)
    assert state(hub, message_id) == ("sending", None), "what is under way is the lease's"


def test_one_customers_texts_go_one_after_the_other(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    ids = [hub.send(chat, words) for words in ("one", "two", "three")]
    assert [sms.message_id for sms in hub.take()] == ids[:1]
    assert hub.take() == []
    assert due(hub) == hub.now + MINUTE, "what stands behind a text under way is not due"
    hub.run(record_outcome, ids[0], NotTaken(detail="busy"))
    assert hub.take() == [], "nothing overtakes"
    hub.now += 10_000
    hub.submit(Taken())
    assert hub.last is not None
    assert "outbox" in hub.last.wakes
    hub.submit(Taken())
    hub.submit(Taken())
    assert [hub.message(i).state for i in ids] == ["sent", "sent", "sent"]


def test_customers_do_not_wait_for_each_other(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    ids = []
    for number in range(3):
        hub.text(sender=f"+1212555000{number}")
        ids.append(hub.send(hub.accept()))
    assert [sms.message_id for sms in hub.take(limit=2)] == ids[:2]
    assert [sms.message_id for sms in hub.take(limit=2)] == ids[2:]


def test_connections_do_not_take_each_others(hub: ServiceHub, message_id: int) -> None:
    assert hub.run(take_due, "other", 10, MINUTE) == []
    assert hub.read(next_due, "other") is None
    assert hub.read(next_due, "sim") == START


def test_a_report_while_the_text_waits_for_another_try_stops_the_try(hub: ServiceHub, message_id: int) -> None:
    hub.submit(NotTaken(detail="reset"))
    hub.run(record_delivery, "sim", DeliveryReport(message_id=message_id, state=DeliveryState.DELIVERED, raw="ok"))
    assert hub.last is not None
    assert "outbox" in hub.last.wakes
    assert state(hub, message_id) == ("delivered", None)
    hub.now += HOUR
    assert hub.take() == []


def test_a_report_before_the_answer_lets_no_other_text_overtake(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    first, second = (hub.send(chat, words) for words in ("one", "two"))
    hub.take()
    hub.run(record_delivery, "sim", DeliveryReport(message_id=first, state=DeliveryState.SENT, raw="8"))
    assert hub.take() == []
    hub.run(record_outcome, first, Taken())
    assert [sms.message_id for sms in hub.take()] == [second]


def test_an_answer_for_a_message_that_never_was_changes_nothing(hub: ServiceHub) -> None:
    hub.run(record_outcome, 99, Taken())
    assert hub.last is not None
    assert not hub.last.news.messages
