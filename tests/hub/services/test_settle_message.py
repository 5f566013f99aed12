"""D3, D4: an agent's word on an unknown text is shown as theirs, may be changed, and is weaker than any report."""

import pytest

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import BadRequestError
from cti_client.hub.services.outbox import record_outcome
from cti_client.hub.services.record_delivery import record_delivery
from cti_client.hub.services.resend_message import resend_message
from cti_client.hub.services.settle_message import settle_message
from cti_client.hub.services.unsettled import ASK_AFTER, take_answers, unsettled
from cti_client.hub.store import tables
from cti_client.hub.store.message_history import message_history
from cti_client.hub.store.messages import one_message
from cti_client.telephony.sms.connection import DeliveryReport, NotTaken, Taken, Unclear
from cti_client.wire import api
from tests.helpers.service_hub import MINUTE, START, ServiceHub

S = DeliveryState


@pytest.fixture
def message_id(hub: ServiceHub) -> int:
    """Unknown, at an attempt of which the gateway said nothing."""
    message_id = hub.send(hub.open_chat())
    hub.submit(Unclear(detail="no answer"))
    return message_id


def settle(hub: ServiceHub, message_id: int, agent_id: int | None = None, *, arrived: bool) -> None:
    hub.run(settle_message, hub.anna if agent_id is None else agent_id, message_id, api.Settle(arrived=arrived))


def heard(message_id: int, state: DeliveryState, attempt: int = 1, part: int | None = None) -> DeliveryReport:
    return DeliveryReport(message_id=message_id, state=state, raw=str(state), attempt=attempt, part=part)


def report(hub: ServiceHub, message_id: int, state: DeliveryState, attempt: int = 1, part: int | None = None) -> None:
    hub.run(record_delivery, "sim", heard(message_id, state, attempt, part))


def shown(hub: ServiceHub, message_id: int) -> tuple[str, str]:
    """The state that a person reads, and whose word it is."""
    told = hub.read(one_message, message_id)
    return str(told.state), told.settled_by


@pytest.mark.parametrize(
    ("arrived", "state", "then"),
    [
        (True, S.SENT, ("delivered", "Anna")),
        (True, S.DELIVERED, ("delivered", "")),
        (True, S.UNDELIVERED, ("undelivered", "")),
        (True, S.FAILED, ("failed", "")),
        (False, S.SENT, ("sent", "")),
        (False, S.DELIVERED, ("delivered", "")),
        (False, S.UNDELIVERED, ("undelivered", "")),
        (False, S.FAILED, ("failed", "")),
    ],
)
@pytest.mark.parametrize("word_first", [True, False])
def test_a_later_report_outweighs_the_word(
    hub: ServiceHub, message_id: int, arrived: bool, state: DeliveryState, then: tuple[str, str], word_first: bool
) -> None:
    if word_first:
        settle(hub, message_id, arrived=arrived)
        assert shown(hub, message_id) == ("delivered" if arrived else "failed", "Anna")
        report(hub, message_id, state)
        assert shown(hub, message_id) == then
    else:
        report(hub, message_id, state)
        settle(hub, message_id, arrived=arrived)
        assert shown(hub, message_id) == (state, ""), "a report that was faster holds"
    assert [row.state for row in hub.rows(tables.delivery_report)] == [state]
    assert hub.message(message_id).state == state


def test_a_word_and_sent_leave_the_order_of_true_reports(hub: ServiceHub, message_id: int) -> None:
    settle(hub, message_id, arrived=True)
    report(hub, message_id, S.SENT)
    report(hub, message_id, S.UNDELIVERED)
    report(hub, message_id, S.SENT)
    assert shown(hub, message_id) == ("undelivered", "")
    report(hub, message_id, S.DELIVERED)
    assert shown(hub, message_id) == ("delivered", "")


def test_parts_are_summed_beneath_a_word(hub: ServiceHub) -> None:
    message_id = hub.send(hub.open_chat(), "x" * 200)
    hub.submit(Unclear(detail="1 of 2 parts were taken, then: no answer"))
    settle(hub, message_id, arrived=True)
    report(hub, message_id, S.DELIVERED, part=0)
    assert shown(hub, message_id) == ("delivered", "Anna"), "of the second part nobody has heard"
    report(hub, message_id, S.UNDELIVERED, part=1)
    assert shown(hub, message_id) == ("undelivered", "")


@pytest.mark.parametrize(
    ("outcome", "then"), [(Taken(gateway_id="g"), ("delivered", "Anna")), (NotTaken(detail="busy"), ("failed", ""))]
)
def test_a_late_answer_is_a_report_too(
    hub: ServiceHub, message_id: int, outcome: Taken | NotTaken, then: tuple[str, str]
) -> None:
    settle(hub, message_id, arrived=True)
    hub.run(record_outcome, message_id, outcome)
    assert shown(hub, message_id) == then


def test_a_mistaken_click_is_mended(hub: ServiceHub, message_id: int) -> None:
    settle(hub, message_id, arrived=False)
    hub.now += MINUTE
    settle(hub, message_id, arrived=True)
    assert hub.last is not None
    assert list(hub.last.news.messages) == [message_id]
    told = hub.read(one_message, message_id)
    assert (told.state, told.reason, told.settled_by, told.state_at) == (S.DELIVERED, None, "Anna", START + MINUTE)
    with pytest.raises(BadRequestError):
        hub.run(resend_message, hub.anna, message_id, api.Resend(attempt=1))
    settle(hub, message_id, arrived=False)
    assert shown(hub, message_id) == ("failed", "Anna")
    assert [bool(row.arrived) for row in hub.rows(tables.settlement)] == [False, True, False]


def test_a_word_that_is_taken_back_leaves_what_the_network_said(hub: ServiceHub, message_id: int) -> None:
    settle(hub, message_id, arrived=True)
    report(hub, message_id, S.SENT)
    settle(hub, message_id, arrived=False)
    assert shown(hub, message_id) == ("sent", "")
    settle(hub, message_id, arrived=True)
    assert shown(hub, message_id) == ("sent", ""), "as of any text that was sent"


def test_another_agent_who_has_the_customer_may_say_otherwise(hub: ServiceHub, message_id: int) -> None:
    settle(hub, message_id, arrived=False)
    hub.set(tables.interaction, {"id": hub.message(message_id).interaction_id}, agent_id=hub.ben)
    settle(hub, message_id, hub.ben, arrived=False)
    assert shown(hub, message_id) == ("failed", "Anna"), "the same again is no news"
    settle(hub, message_id, hub.ben, arrived=True)
    assert shown(hub, message_id) == ("delivered", "Ben")


@pytest.mark.parametrize("arrived", [True, False])
def test_the_gateway_is_still_asked(hub: ServiceHub, message_id: int, arrived: bool) -> None:
    settle(hub, message_id, arrived=arrived)
    hub.now += ASK_AFTER
    assert [one.message_id for one in hub.read(unsettled, "sim", 0, hub.now)] == [message_id]
    for _ in range(2):
        hub.run(take_answers, "sim", (heard(message_id, S.SENT),))
    assert len(hub.rows(tables.delivery_report)) == 1, "what is asked again and again is kept once"
    hub.now += ASK_AFTER
    assert [one.message_id for one in hub.read(unsettled, "sim", 0, hub.now)] == [message_id]
    hub.run(take_answers, "sim", (heard(message_id, S.UNDELIVERED),))
    assert shown(hub, message_id) == ("undelivered", "")
    hub.now += ASK_AFTER
    assert hub.read(unsettled, "sim", 0, hub.now) == []


def test_sent_again_the_word_is_the_first_attempts(hub: ServiceHub, message_id: int) -> None:
    settle(hub, message_id, arrived=False)
    hub.now += MINUTE
    hub.run(resend_message, hub.anna, message_id, api.Resend(attempt=1))
    assert shown(hub, message_id) == ("queued", "")
    hub.take()
    hub.run(record_outcome, message_id, Unclear(detail="no answer"), 2)
    assert shown(hub, message_id) == ("unknown", ""), "what was said of the first attempt says nothing of this one"
    settle(hub, message_id, arrived=True)
    told = hub.read(message_history, message_id)
    assert [(one.state, one.settled_by) for one in told.attempts] == [(S.FAILED, "Anna"), (S.DELIVERED, "Anna")]
    assert [one.reason for one in told.attempts] == [FailureReason.UNANSWERED, None]
    assert told.attempts[1].state_at == START + MINUTE
    assert [(one.attempt, one.at, one.arrived, one.by) for one in told.settlements] == [
        (1, START, False, "Anna"),
        (2, START + MINUTE, True, "Anna"),
    ]
    report(hub, message_id, S.FAILED, attempt=1)
    assert shown(hub, message_id) == ("delivered", "Anna"), "an attempt that was given up has nothing more to say"
    report(hub, message_id, S.FAILED, attempt=2)
    told = hub.read(message_history, message_id)
    assert [(one.state, one.settled_by) for one in told.attempts] == [(S.FAILED, "Anna"), (S.FAILED, "")]
    assert len(told.settlements) == 2, "what was said is kept"
