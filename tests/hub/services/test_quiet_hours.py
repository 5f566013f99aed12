"""B9, D3: what an agent begins asks outside the hours, what a line says unasked waits for them."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from cti_client.domain import Millis
from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import BadRequestError, ChatEndedError, OptedOutError, QuietHoursError
from cti_client.hub.services.outbox import next_due
from cti_client.hub.services.outgoing import SCHEDULE
from cti_client.hub.services.resend_message import resend_message
from cti_client.hub.services.scheduled import cancel_message, next_scheduled, release_due
from cti_client.hub.services.start_chat import start_chat
from cti_client.hub.store import tables
from cti_client.hub.store.messages import one_message
from cti_client.telephony.sms.connection import Refused, Taken
from cti_client.wire import api
from tests.helpers.service_hub import CUSTOMER, MINUTE, ServiceHub

NEW_YORK = "America/New_York"


def at(hour: int, minute: int = 0, *, day: int = 16, zone: str = NEW_YORK) -> Millis:
    """An instant of June 2025; the 16th is a Monday. The customer is in New York by their number."""
    return int(datetime(2025, 6, day, hour, minute, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def start(hub: ServiceHub, **more: object) -> api.Accepted:
    return hub.run(start_chat, hub.anna, api.StartChat(**{"address": CUSTOMER, **more}))  # type: ignore[arg-type]


def known(hub: ServiceHub) -> None:
    """A customer who may be texted."""
    hub.contact(sms=True)


def welcomes(hub: ServiceHub) -> None:
    row = {"line_id": hub.line, "policy": AutoPolicy.WELCOME.value, "enabled": True, "text": "Welcome to {line}."}
    hub.transact(lambda conn: conn.execute(insert(tables.auto_text).values(row)))


def the_welcome(hub: ServiceHub) -> int:
    welcome: int = hub.value(tables.message, "id", policy="welcome")
    return welcome


# --- what a person begins ------------------------------------------------------------------------------------------


def test_a_chat_begun_early_asks_and_leaves_nothing_behind(hub: ServiceHub) -> None:
    known(hub)
    hub.now = at(6, 40)
    with pytest.raises(QuietHoursError) as refused:
        start(hub)
    assert str(refused.value) == "It is 06:40 where the customer is. Texts there are allowed from 8:00 to 21:00."
    assert hub.rows(tables.interaction) == []


def test_a_chat_begun_by_day_asks_nothing(hub: ServiceHub) -> None:
    known(hub)
    hub.now = at(8)
    chat = start(hub)
    sent = hub.message(hub.send(chat))
    assert sent.state == DeliveryState.QUEUED
    assert (sent.local_time, sent.checked_consent) == ("2025-06-16 08:00 America/New_York", "unknown")


def test_a_yes_holds_for_the_chat_until_the_day_begins(hub: ServiceHub) -> None:
    known(hub)
    hub.now = at(22)
    chat = start(hub, in_quiet_hours=True)
    assert hub.row(tables.interaction).quiet_ok_until == at(8, day=17)
    hub.send(chat)
    hub.now = at(23)
    hub.send(chat)
    hub.now = at(21, day=17)
    with pytest.raises(QuietHoursError):
        hub.send(chat)


def test_a_chat_begun_by_day_asks_at_night_once(hub: ServiceHub) -> None:
    known(hub)
    hub.now = at(20)
    chat = start(hub)
    hub.now = at(21)
    before = len(hub.rows(tables.message))
    with pytest.raises(QuietHoursError):
        hub.send(chat)
    assert len(hub.rows(tables.message)) == before
    hub.send(chat, in_quiet_hours=True)
    hub.now += MINUTE
    hub.send(chat)
    assert len(hub.rows(tables.outbox)) == 2


def test_once_the_customer_has_texted_replies_pass(hub: ServiceHub) -> None:
    known(hub)
    hub.now = at(20)
    chat = start(hub)
    hub.send(chat)
    hub.text("I am awake")
    hub.now = at(23)
    sent = hub.message(hub.send(chat))
    assert sent.local_time == "2025-06-16 23:00 America/New_York"


def test_a_reply_in_a_chat_of_the_customers_passes(hub: ServiceHub) -> None:
    hub.now = at(3)
    assert hub.message(hub.send(hub.open_chat())).state == DeliveryState.QUEUED


def test_coming_back_to_a_chat_is_not_beginning_one(hub: ServiceHub) -> None:
    known(hub)
    hub.now = at(20)
    chat = start(hub)
    hub.now = at(22)
    assert start(hub) == chat


def test_a_resend_in_a_chat_that_nobody_answered_asks(hub: ServiceHub) -> None:
    known(hub)
    hub.now = at(20)
    message_id = hub.send(start(hub))
    hub.submit(Refused(reason=FailureReason.CARRIER_REFUSED, detail="no"))
    hub.now = at(22)
    with pytest.raises(QuietHoursError):
        hub.run(resend_message, hub.anna, message_id, api.Resend(attempt=1))
    assert hub.message(message_id).state == DeliveryState.FAILED
    hub.run(resend_message, hub.anna, message_id, api.Resend(attempt=1, in_quiet_hours=True))
    again = hub.message(message_id)
    assert (again.state, again.local_time) == (DeliveryState.QUEUED, "2025-06-16 22:00 America/New_York")


def test_who_has_opted_out_is_not_asked_about_the_hour(hub: ServiceHub) -> None:
    known(hub)
    hub.now = at(20)
    chat = start(hub)
    hub.text("STOP")
    hub.now = at(22)
    with pytest.raises(OptedOutError):
        hub.send(chat, in_quiet_hours=True)


def test_a_line_without_quiet_hours_asks_nothing(hub: ServiceHub) -> None:
    known(hub)
    hub.set(tables.line, {"id": hub.line}, quiet_hours=False)
    hub.now = at(3)
    hub.send(start(hub))


def test_a_line_with_hours_of_its_own(hub: ServiceHub) -> None:
    known(hub)
    hub.set(tables.line, {"id": hub.line}, texts_from=10 * 60, texts_until=12 * 60)
    hub.now = at(9, 59)
    with pytest.raises(QuietHoursError, match="from 10:00 to 12:00"):
        start(hub)
    hub.now = at(10)
    start(hub)


def test_a_states_stricter_hours(hub: ServiceHub) -> None:
    hub.contact("+13055550123", sms=True)
    hub.now = at(20)
    with pytest.raises(QuietHoursError, match="from 8:00 to 20:00"):
        start(hub, address="+13055550123")


def test_the_customers_postal_address_says_where_they_are(hub: ServiceHub) -> None:
    contact = hub.contact(sms=True)
    hub.set(tables.contact, {"id": contact}, postcode="90012", country="USA")
    hub.now = at(9)
    with pytest.raises(QuietHoursError, match="It is 06:00 where"):
        start(hub, contact_id=contact)
    hub.now = at(11)
    chat = start(hub, contact_id=contact)
    assert hub.message(hub.send(chat)).local_time == "2025-06-16 08:00 America/Los_Angeles"


# --- what a line says by itself ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "policy"), [("STOP", AutoPolicy.OPT_OUT), ("HELP", AutoPolicy.HELP)])
def test_what_answers_the_customer_goes_at_night_too(hub: ServiceHub, words: str, policy: AutoPolicy) -> None:
    row = {"line_id": hub.line, "policy": policy.value, "enabled": True, "text": "Answer."}
    hub.transact(lambda conn: conn.execute(insert(tables.auto_text).values(row)))
    hub.now = at(3)
    hub.text(words)
    answer = hub.row(tables.message, direction="out")
    assert answer.state == DeliveryState.QUEUED
    assert answer.local_time.startswith("2025-06-16 03:00")


def test_a_welcome_by_day_goes_at_once(hub: ServiceHub) -> None:
    welcomes(hub)
    hub.now = at(9)
    hub.text()
    assert hub.message(the_welcome(hub)).state == DeliveryState.QUEUED


def test_a_welcome_at_night_waits_for_the_day(hub: ServiceHub) -> None:
    welcomes(hub)
    hub.now = at(3)
    hub.text()
    assert hub.last is not None
    assert SCHEDULE in hub.last.wakes
    waiting = hub.message(the_welcome(hub))
    assert (waiting.state, waiting.connection_id) == (DeliveryState.SCHEDULED, None)
    assert hub.read(one_message, waiting.id).retry_at == at(8)
    assert hub.read(next_scheduled) == at(8)
    assert hub.read(next_due, "sim") is None
    hub.now = at(7, 59)
    assert hub.take() == []
    assert hub.run(release_due) == at(8)
    assert hub.message(waiting.id).state == DeliveryState.SCHEDULED

    hub.now = at(8)
    assert hub.run(release_due) is None
    assert hub.last is not None
    assert "outbox" in hub.last.wakes
    gone = hub.message(waiting.id)
    assert (gone.state, gone.connection_id) == (DeliveryState.QUEUED, "sim")
    assert gone.local_time == "2025-06-16 08:00 America/New_York"
    assert hub.run(release_due) is None
    (taken,) = hub.submit(Taken())
    assert taken.message_id == waiting.id
    assert hub.message(waiting.id).state == DeliveryState.SENT


def test_what_waits_stands_in_nobodys_way(hub: ServiceHub) -> None:
    welcomes(hub)
    hub.now = at(3)
    reply = hub.send(hub.open_chat())
    assert [sms.message_id for sms in hub.take()] == [reply]


def test_many_that_are_due_go_a_few_at_a_time(hub: ServiceHub) -> None:
    welcomes(hub)
    hub.now = at(3)
    for number in range(3):
        hub.text(sender=f"+1212555100{number}")
    hub.now = at(9)
    assert hub.run(release_due, 2) == at(8)
    assert hub.run(release_due, 2) is None
    assert len(hub.rows(tables.message, state=DeliveryState.QUEUED)) == 3


def test_a_stop_before_its_time_ends_it(hub: ServiceHub) -> None:
    welcomes(hub)
    hub.now = at(3)
    hub.text()
    hub.text("STOP")
    ended = hub.message(the_welcome(hub))
    assert (ended.state, ended.reason) == (DeliveryState.FAILED, FailureReason.OPTED_OUT)
    hub.now = at(8)
    assert hub.run(release_due) is None
    assert hub.message(ended.id).version == ended.version


def opt_out_unseen(hub: ServiceHub) -> None:
    """The consent changes and the text is overlooked: the gate is the last to see it."""
    hub.transact(lambda conn: conn.execute(update(tables.consent).values(state="opted_out")))


def turn_off(hub: ServiceHub) -> None:
    hub.set(tables.auto_text, {"policy": AutoPolicy.WELCOME.value}, enabled=False)


def forbid_its_words(hub: ServiceHub) -> None:
    hub.set(tables.connection, {"id": "sim"}, text_policy="gsm")
    hub.set(tables.message, {"policy": "welcome"}, text="Привет")


def lose_the_connection(hub: ServiceHub) -> None:
    hub.set(tables.line, {"id": hub.line}, connection_id=None)


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        (opt_out_unseen, DeliveryState.FAILED, FailureReason.OPTED_OUT),
        (turn_off, DeliveryState.CANCELLED, None),
        (forbid_its_words, DeliveryState.CANCELLED, None),
        (lose_the_connection, DeliveryState.FAILED, FailureReason.NO_ROUTING_RULE),
    ],
)
def test_it_passes_the_gate_again(
    hub: ServiceHub, change: Callable[[ServiceHub], None], state: DeliveryState, reason: FailureReason | None
) -> None:
    welcomes(hub)
    hub.now = at(3)
    hub.text()
    change(hub)
    hub.now = at(8)
    assert hub.run(release_due) is None
    ended = hub.message(the_welcome(hub))
    assert (ended.state, ended.reason) == (state, reason)
    assert hub.rows(tables.outbox) == []


def test_later_hours_make_it_wait_longer(hub: ServiceHub) -> None:
    welcomes(hub)
    hub.now = at(3)
    hub.text()
    hub.set(tables.line, {"id": hub.line}, texts_from=10 * 60)
    hub.now = at(8)
    assert hub.run(release_due) == at(10)
    assert hub.message(the_welcome(hub)).state == DeliveryState.SCHEDULED
    hub.now = at(10)
    assert hub.run(release_due) is None
    assert hub.message(the_welcome(hub)).state == DeliveryState.QUEUED


# --- cancelled by a person -----------------------------------------------------------------------------------------


def cancel(hub: ServiceHub, agent_id: int) -> None:
    hub.run(cancel_message, agent_id, the_welcome(hub), api.Cancel())


def test_an_agent_cancels_what_waits(hub: ServiceHub) -> None:
    welcomes(hub)
    hub.now = at(3)
    hub.open_chat()
    with pytest.raises(ChatEndedError):
        cancel(hub, hub.ben)
    cancel(hub, hub.anna)
    cancel(hub, hub.anna)
    assert hub.message(the_welcome(hub)).state == DeliveryState.CANCELLED
    hub.now = at(8)
    assert hub.run(release_due) is None
    assert hub.take() == []


def test_what_is_on_its_way_is_not_cancelled(hub: ServiceHub) -> None:
    welcomes(hub)
    hub.now = at(9)
    hub.open_chat()
    with pytest.raises(BadRequestError):
        cancel(hub, hub.anna)
    assert hub.message(the_welcome(hub)).state == DeliveryState.QUEUED
