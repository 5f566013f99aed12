"""B7, B8, A7, A11, D6: every way to send passes one gate."""

import contextlib
import dataclasses
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert

import cti_client.hub
from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import (
    OPTED_OUT_TEXT,
    EmptyTextError,
    NotRepliableError,
    OptedOutError,
    RuleError,
    TextRefusedError,
    TextTooLongError,
)
from cti_client.domain.text_policy import TextPolicy
from cti_client.hub.services.auto_texts import answer
from cti_client.hub.services.gate import AUTOMATIC, PASSES_OPT_OUT, Cleared, Way, clear
from cti_client.hub.services.outgoing import hold_text
from cti_client.hub.services.resend_message import resend_message
from cti_client.hub.services.scheduled import release_due
from cti_client.hub.services.threads import lock_thread
from cti_client.hub.store import tables
from cti_client.telephony.sms.connection import Refused, Taken
from cti_client.wire import api
from tests.helpers.service_hub import CUSTOMER, SECOND_LINE, ServiceHub
from tests.helpers.ways_out import ways_out

HUB = Path(cti_client.hub.__file__).parent


def turn_on(hub: ServiceHub, policy: AutoPolicy, text: str = "We are {line}.", *, line: int | None = None) -> None:
    row = {"line_id": hub.line if line is None else line, "policy": policy.value, "enabled": True, "text": text}
    hub.transact(lambda conn: conn.execute(insert(tables.auto_text).values(row)))


WORDS = "Ж: we are {line}."
"""Not in the basic alphabet."""


def sends(hub: ServiceHub) -> None:
    hub.send(chat_of(hub), WORDS, confirmed=True)


def resends(hub: ServiceHub) -> None:
    failed = hub.rows(tables.message, state=DeliveryState.FAILED, direction="out")[0]
    hub.run(resend_message, hub.anna, failed.id, api.Resend(attempt=failed.attempt))


def holds(hub: ServiceHub) -> None:
    """It could not go when it was sent, and is looked at again."""
    sends(hub)
    hub.run(hold_text, hub.row(tables.outbox).message_id, hub.now)
    assert hub.take() == []
    hub.run(release_due)


def answers_by(policy: AutoPolicy) -> Callable[[ServiceHub], None]:
    def act(hub: ServiceHub) -> None:
        thread = hub.row(tables.thread)
        line = hub.row(tables.line, id=hub.line)
        hub.run(lambda tx: answer(tx, lock_thread(tx, thread.id), line, policy, None))

    return act


WAYS: dict[Way, Callable[[ServiceHub], None]] = {
    Way.AGENT_SEND: sends,
    Way.RESEND: resends,
    Way.HELD: holds,
    Way.OPT_OUT_CONFIRMATION: answers_by(AutoPolicy.OPT_OUT),
    Way.OPT_IN_CONFIRMATION: answers_by(AutoPolicy.OPT_IN),
    Way.HELP: answers_by(AutoPolicy.HELP),
    Way.WELCOME: answers_by(AutoPolicy.WELCOME),
}
"""Each way as the product goes it."""


def chat_of(hub: ServiceHub) -> api.Accepted:
    chat = hub.row(tables.interaction)
    return api.Accepted(interaction_id=chat.id, case_id=chat.case_id, thread_id=chat.thread_id)


def waiting(hub: ServiceHub) -> int:
    return len(hub.rows(tables.outbox))


def ready(hub: ServiceHub) -> None:
    """A chat with a text that failed, and every policy turned on."""
    for policy in AutoPolicy:
        turn_on(hub, policy, WORDS)
    chat = hub.open_chat()
    hub.submit(Taken())
    hub.send(chat, WORDS)
    hub.submit(Refused(reason=FailureReason.CARRIER_REFUSED, detail="no"))
    assert waiting(hub) == 0


def test_every_way_is_listed() -> None:
    assert set(WAYS) == set(Way)
    assert {way.value for way in AUTOMATIC} == {policy.value for policy in AutoPolicy}


@pytest.mark.parametrize("way", Way)
def test_each_way_sends_to_who_agreed(hub: ServiceHub, way: Way) -> None:
    ready(hub)
    WAYS[way](hub)
    assert waiting(hub) == 1
    assert hub.message(hub.row(tables.outbox).message_id).checked_consent == "opted_in"


@pytest.mark.parametrize("way", Way)
def test_no_way_leads_to_who_opted_out(hub: ServiceHub, way: Way) -> None:
    ready(hub)
    hub.text("STOP")
    hub.submit(Taken())
    before = len(hub.rows(tables.message))
    if way in PASSES_OPT_OUT:
        WAYS[way](hub)
        assert waiting(hub) == 1
        return
    if way in AUTOMATIC:
        WAYS[way](hub)
    else:
        with pytest.raises(OptedOutError):
            WAYS[way](hub)
    assert waiting(hub) == 0
    assert len(hub.rows(tables.message)) == before


REASONS: dict[str, Callable[[ServiceHub], None]] = {
    "opted out": lambda hub: hub.set(tables.consent, {"address": CUSTOMER}, state="opted_out"),
    "characters": lambda hub: hub.set(tables.connection, {"id": "sim"}, text_policy="gsm"),
    "takes no replies": lambda hub: hub.set(tables.thread, {}, repliable=False),
    "no connection": lambda hub: hub.set(tables.line, {"id": hub.line}, connection_id=None),
}


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("way", Way)
def test_every_way_against_every_reason_to_refuse(hub: ServiceHub, way: Way, reason: str) -> None:
    ready(hub)
    if way is Way.HELD:  # it was let through before
        sends(hub)
        hub.run(hold_text, hub.row(tables.outbox).message_id, hub.now)
    REASONS[reason](hub)
    with contextlib.suppress(RuleError):
        hub.run(release_due) if way is Way.HELD else WAYS[way](hub)
    goes = reason == "opted out" and way in PASSES_OPT_OUT
    assert len(hub.take()) == goes
    assert waiting(hub) == goes


def test_nothing_goes_round_the_gate() -> None:
    """Only the gate says that a text is cleared; only what takes a cleared text puts one into the outbox or moves it
    there; and only what is taken from the outbox is handed to a gateway, word for word."""
    sources = {str(file.relative_to(HUB)): file.read_text(encoding="utf-8") for file in HUB.rglob("*.py")}
    assert ways_out(sources) == {
        "clears": {"services/gate.py"},
        "knows the token": {"services/gate.py"},
        "inserts": {"services/outgoing.py"},
        "moves": {"services/outgoing.py", "services/outbox.py"},
        "queues": {
            *("services/auto_texts.py", "services/outbox.py", "services/outgoing.py", "services/resend_message.py"),
            *("services/scheduled.py", "services/send_sms.py"),
        },
        "makes texts": {"services/outbox.py"},
        "submits": {"workers/outbox.py", "measured.py", "store/sqlite.py"},  # the last: transactions
    }


@pytest.mark.parametrize(
    ("act", "source"),
    [
        ("inserts", "tx.conn.execute(insert(tables.outbox).values(message_id=1))"),
        ("inserts", "tx.conn.execute(outbox.insert().values(message_id=1))"),
        ("inserts", "insert_or_nothing(tx.conn, outbox, {})"),
        ("inserts", "from cti_client.hub.store.tables import outbox as box\ninsert(box)"),
        ("inserts", "from cti_client.hub.store.upsert import insert_row as put\nput(tx.conn, tables.outbox, {})"),
        ("inserts", "tx.conn.execute(text('INSERT INTO outbox VALUES (1)'))"),
        ("inserts", "tx.conn.execute(text('update message set text = 1'))"),
        ("inserts", "CombinedInsert(message, lambda made: (insert(outbox),))"),
        ("moves", "tx.conn.execute(update(outbox).values(connection_id='sim'))"),
        ("moves", "outbox.update()"),
        ("submits", "await connection.submit(sms)"),
        ("makes texts", "from cti_client.telephony.sms.connection import OutboundSms as Sms\nSms(message_id=1)"),
        ("clears", "from cti_client.hub.services.gate import Cleared as Fine\nFine(way=way)"),
        ("knows the token", "gate._GATE"),
        ("queues", "from cti_client.hub.services.outgoing import queue_text as quick\nquick(tx, cleared)"),
        ("queues", "outgoing.enqueue(tx, 1, cleared)"),
        ("rewrites", "tx.conn.execute(update(message).where(message.c.id == 1).values(text='other'))"),
        ("rewrites", "change_row(tx.conn, message, 1, {'text': 'other'})"),
    ],
)
def test_a_way_round_the_gate_would_be_found(act: str, source: str) -> None:
    """The test of the test before."""
    assert ways_out({"new.py": source}) == {act: {"new.py"}}
    assert ways_out({"new.py": "def fn(tx):\n" + textwrap.indent(source, "    ").replace("await ", "")})[act]


def test_only_the_gate_makes_what_is_cleared(hub: ServiceHub) -> None:
    hub.open_chat()
    thread, line = hub.row(tables.thread), hub.row(tables.line, id=hub.line)
    cleared = hub.run(lambda tx: clear(tx, Way.AGENT_SEND, thread, line, "Hi"))
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(cleared, text="Something else")  # type: ignore[call-arg]
    values = {field.name: getattr(cleared, field.name) for field in dataclasses.fields(cleared)}
    with pytest.raises(TypeError, match="only the gate"):
        Cleared(**values, by=object())


def test_what_got_into_the_outbox_all_the_same_does_not_go_to_who_opted_out(hub: ServiceHub) -> None:
    """The last look, before the gateway hears of a text (B8)."""
    chat = hub.open_chat()
    waiting_text = hub.send(chat)
    hub.set(tables.consent, {"address": CUSTOMER}, state="opted_out")
    assert hub.take() == []
    row = hub.message(waiting_text)
    assert (row.state, row.reason, row.reason_text) == ("failed", "opted_out", OPTED_OUT_TEXT)
    assert waiting(hub) == 0
    assert hub.last is not None
    assert waiting_text in hub.last.news.messages


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (" \n", EmptyTextError),
        ("a" * 1601, TextTooLongError),
        ("\u0301\u0323" * 200_000, TextTooLongError),
        ("Hi \U0001f600", TextRefusedError),
    ],
)
def test_what_is_refused_is_not_stored(hub: ServiceHub, text: str, error: type[RuleError]) -> None:
    chat = hub.open_chat()
    before = len(hub.rows(tables.message))
    with pytest.raises(error):
        hub.send(chat, text)
    assert len(hub.rows(tables.message)) == before


def test_a_text_counts_as_it_is_composed(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    assert hub.message(hub.send(chat, "\u03b1\u0314\u0342\u0345" * 1600)).text == "\u1f87" * 1600


@pytest.mark.parametrize(
    ("policy", "text", "goes"),
    [
        (TextPolicy.LETTERS, "Привет", True),
        (TextPolicy.LETTERS, "\U0001f44d", False),
        (TextPolicy.GSM, "Привет", False),
        (TextPolicy.GSM, "Grüße €", True),
        (TextPolicy.EVERYTHING, "\U0001f44d", True),
    ],
)
def test_the_connections_text_policy(hub: ServiceHub, policy: TextPolicy, text: str, goes: bool) -> None:
    chat = hub.open_chat()
    hub.set(tables.connection, {"id": "sim"}, text_policy=policy.value)
    if goes:
        assert hub.message(hub.send(chat, text)).text == text
        return
    with pytest.raises(TextRefusedError) as refused:
        hub.send(chat, text)
    assert text[0] in str(refused.value)


def test_a_sender_who_takes_no_replies(hub: ServiceHub) -> None:
    hub.text(sender="PARCELS")
    thread = hub.row(tables.thread)
    line = hub.row(tables.line, id=hub.line)
    with pytest.raises(NotRepliableError):
        hub.run(lambda tx: clear(tx, Way.AGENT_SEND, thread, line, "Hi"))


def test_help_is_answered_and_rings_nobody_where_it_is_on(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    turn_on(hub, AutoPolicy.HELP)
    hub.text(" help! ")
    (answered,) = hub.rows(tables.message, direction="out")
    assert (answered.policy, answered.text) == ("help", "We are Support.")
    assert hub.rows(tables.interaction) == []


def test_help_rings_where_it_is_off(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text("HELP")
    assert len(hub.rows(tables.offer)) == 1
    assert hub.rows(tables.message, direction="out") == []


def test_a_carrier_that_answers_by_itself(hub: ServiceHub) -> None:
    for policy in AutoPolicy:
        turn_on(hub, policy)
    hub.set(tables.line, {"id": hub.line}, carrier_answers_keywords=True)
    for words in ("STOP", "START", "HELP"):
        hub.text(words)
    assert hub.rows(tables.message, direction="out") == []


def test_a_welcome_is_ours_where_the_carrier_answers_keywords(hub: ServiceHub) -> None:
    turn_on(hub, AutoPolicy.WELCOME)
    hub.set(tables.line, {"id": hub.line}, carrier_answers_keywords=True)
    hub.text("Hello")
    assert [row.policy for row in hub.rows(tables.message, direction="out")] == ["welcome"]


def test_a_start_is_confirmed_where_that_is_on(hub: ServiceHub) -> None:
    turn_on(hub, AutoPolicy.OPT_IN)
    for words in ("STOP", "START", "START"):
        hub.now += 1000
        hub.text(words)
        hub.submit(Taken())
    assert [row.policy for row in hub.rows(tables.message, direction="out")] == [
        "opt_out_confirmation",
        "opt_in_confirmation",
    ]


def test_one_welcome_for_the_first_text_ever(hub: ServiceHub) -> None:
    turn_on(hub, AutoPolicy.WELCOME)
    turn_on(hub, AutoPolicy.WELCOME, line=hub.second_line)
    hub.text("Hello", gateway_id="one")
    hub.text("Hello", gateway_id="one")
    hub.text("Hello again")
    hub.text("And there", to=SECOND_LINE)
    hub.text("STOP")
    hub.text("START")
    assert [row.policy for row in hub.rows(tables.message, direction="out")].count("welcome") == 1


def test_no_welcome_for_who_begins_with_stop(hub: ServiceHub) -> None:
    turn_on(hub, AutoPolicy.WELCOME)
    hub.text("STOP")
    hub.text("START")
    assert "welcome" not in [row.policy for row in hub.rows(tables.message, direction="out")]


def test_a_welcome_that_the_connection_does_not_let_through_harms_nothing(hub: ServiceHub) -> None:
    turn_on(hub, AutoPolicy.WELCOME, "Hi \U0001f600")
    hub.text("Hello")
    assert len(hub.rows(tables.message)) == 1


def test_rules_lead_a_text_to_another_connection(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.transact(
        lambda conn: conn.execute(insert(tables.connection).values(id="other", kind="simulator", name="Other"))
    )
    rules = [
        {"position": 1, "prefix": "+44", "line_id": None, "connection_id": "sim"},
        {"position": 2, "prefix": CUSTOMER[:5], "line_id": hub.line, "connection_id": "other"},
        {"position": 3, "prefix": "", "line_id": None, "connection_id": "sim"},
    ]
    hub.transact(lambda conn: conn.execute(insert(tables.routing_rule), rules))
    sent = hub.send(chat)
    assert hub.message(sent).connection_id == "other"
    assert hub.row(tables.outbox).connection_id == "other"
    hub.set(tables.connection, {"id": "other"}, active=False)
    assert hub.message(hub.send(chat)).connection_id == "sim"
