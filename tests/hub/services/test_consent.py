"""B7, B8: STOP, START and YES, with the proof."""

import itertools

import pytest
from sqlalchemy import insert

from cti_client.domain.delivery import FailureReason
from cti_client.domain.errors import OPTED_OUT_TEXT, OptedOutError
from cti_client.hub.services.outbox import record_outcome
from cti_client.hub.store import tables
from cti_client.telephony.sms.connection import NotTaken, Refused, Taken
from tests.helpers.service_hub import CUSTOMER, SECOND_LINE, ServiceHub


def consent_of(hub: ServiceHub) -> list[tuple[int, str]]:
    return [(row.line_id, row.state) for row in hub.rows(tables.consent)]


def policies(hub: ServiceHub) -> list[str]:
    return [row.policy for row in hub.rows(tables.message, direction="out")]


@pytest.mark.parametrize(
    ("words", "consent", "rings", "confirmation"),
    [
        # from a number we do not know
        (["Hello"], "opted_in", True, []),
        (["STOP"], "opted_out", False, ["opt_out_confirmation"]),
        (["START"], "opted_in", True, []),
        (["yes"], "opted_in", True, []),
        (["Please STOP"], "opted_in", True, []),
        # after opting out
        (["STOP", "stop"], "opted_out", False, ["opt_out_confirmation"]),
        (["STOP", " Start! "], "opted_in", False, ["opt_out_confirmation"]),
        (["STOP", "YES"], "opted_in", False, ["opt_out_confirmation"]),
        (["STOP", "unstop"], "opted_in", False, ["opt_out_confirmation"]),
        (["STOP", "Where is my parcel?"], "opted_out", True, ["opt_out_confirmation"]),
        (["STOP", "START", "STOP"], "opted_out", False, None),
    ],
)
def test_matrix(hub: ServiceHub, words: list[str], consent: str, rings: bool, confirmation: list[str] | None) -> None:
    hub.available(hub.anna)
    for number, word in enumerate(words):
        hub.now += 1000
        hub.text(word)
        hub.submit(Taken())
        assert len(hub.rows(tables.message, direction="in")) == number + 1
    assert consent_of(hub) == [(hub.line, consent)]
    assert bool(hub.rows(tables.offer)) is rings
    assert bool(hub.rows(tables.interaction)) is rings
    if confirmation is not None:
        assert policies(hub) == confirmation
    ledger = hub.rows(tables.consent_ledger)
    assert ledger[-1].state == consent
    assert all(row.address == CUSTOMER and row.line_id == hub.line and row.message_id for row in ledger)
    states = [row.state for row in ledger]
    assert all(earlier != later for earlier, later in itertools.pairwise(states)), "the ledger holds changes alone"


def test_the_ledger_proves_when_and_with_which_words(hub: ServiceHub) -> None:
    hub.text("Hello")
    hub.now += 5
    stop = hub.text(" Stop. ")
    first, second = hub.rows(tables.consent_ledger)
    assert (first.basis, first.words) == ("texted first", "Hello")
    assert (second.basis, second.words, second.at, second.message_id) == (
        "texted STOP",
        " Stop. ",
        hub.now,
        stop.message_id,
    )


def test_the_proof_of_a_first_text_to_another_line(hub: ServiceHub) -> None:
    hub.text("Hello")
    hub.text("Start", to=SECOND_LINE, sender="+12125550077")
    hub.text("Hi there", to=SECOND_LINE)
    found = [(row.line_id, row.basis, row.words) for row in hub.rows(tables.consent_ledger)]
    first = "texted first"
    assert found == [
        (hub.line, first, "Hello"),
        (hub.second_line, first, "Start"),
        (hub.second_line, first, "Hi there"),
    ]


def test_opting_out_stands_between_this_line_and_the_number_alone(hub: ServiceHub) -> None:
    hub.text("STOP")
    hub.text("Hello", to=SECOND_LINE)
    assert consent_of(hub) == [(hub.line, "opted_out"), (hub.second_line, "opted_in")]


def test_stop_takes_the_tag_and_start_gives_it_back(hub: ServiceHub) -> None:
    hub.text("Hello")
    hub.text("STOP")
    assert hub.row(tables.phone).sms is False
    assert hub.row(tables.contact).version == 2
    hub.text("START")
    assert hub.row(tables.phone).sms is True


def test_stop_in_an_open_chat_shows_there_and_rings_nobody(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.send(chat)
    stop = hub.text("STOP")
    row = hub.row(tables.interaction)
    assert (row.state, row.unread, row.waiting_since) == ("open", 1, None)
    assert hub.message(stop.message_id or 0).interaction_id == chat.interaction_id
    confirmation = hub.row(tables.message, policy="opt_out_confirmation")
    assert confirmation.interaction_id == chat.interaction_id
    assert confirmation.agent_id is None
    assert len(hub.rows(tables.offer)) == 1
    assert hub.events()[-1] == "opted_out"
    assert hub.last is not None
    assert chat.interaction_id in hub.last.news.interactions


def test_stop_to_another_line_leaves_the_chat_where_it_is(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.text("STOP", to=SECOND_LINE)
    assert hub.row(tables.interaction).line_id == hub.line
    hub.send(chat)


@pytest.mark.parametrize(
    "setting", [{"carrier_answers_keywords": True}, {"confirms_opt_out": False}, {"connection_id": None}]
)
def test_no_confirmation_where_the_line_says_so(hub: ServiceHub, setting: dict[str, object]) -> None:
    hub.set(tables.line, {"id": hub.line}, **setting)
    hub.text("STOP")
    hub.text("START")
    assert policies(hub) == []
    assert consent_of(hub) == [(hub.line, "opted_in")]


def test_the_confirmation_passes_though_opted_out(hub: ServiceHub) -> None:
    hub.text("STOP")
    (sms,) = hub.submit(Taken())
    assert sms.recipient == CUSTOMER
    assert "START" in sms.text
    assert len(sms.text) <= 160


def test_a_send_to_an_opted_out_number_is_refused_with_the_words_and_nothing_is_stored(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    hub.text("STOP")
    hub.submit(Taken())
    before = len(hub.rows(tables.message))
    with pytest.raises(OptedOutError) as refused:
        hub.send(chat, confirmed=True)
    assert str(refused.value) == (
        "The destination number has disabled receiving messages from this number and must text 'START' to this "
        "number to enable"
    )
    assert len(hub.rows(tables.message)) == before
    assert hub.take() == []
    hub.text("START")
    hub.send(chat)


def test_texts_that_wait_for_the_gateway_do_not_go_after_stop(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    waiting = hub.send(chat)
    hub.text("STOP")
    assert hub.last is not None
    assert waiting in hub.last.news.messages
    row = hub.message(waiting)
    assert (row.state, row.reason, row.reason_text) == ("failed", "opted_out", OPTED_OUT_TEXT)
    assert [sms.message_id for sms in hub.take()] == [hub.row(tables.message, policy="opt_out_confirmation").id]


def test_a_confirmation_that_waited_until_the_customer_was_back_does_not_go(hub: ServiceHub) -> None:
    hub.text("STOP")
    hub.text("START")
    (row,) = hub.rows(tables.message, policy="opt_out_confirmation")
    assert (row.state, hub.rows(tables.outbox)) == ("cancelled", [])
    assert hub.last is not None
    assert row.id in hub.last.news.messages
    hub.text("STOP")
    assert [sms.message_id for sms in hub.take()] == [row.id + 3]


@pytest.mark.parametrize("tries", [True, False], ids=["the gateway was away", "no hub was running"])
def test_no_confirmation_after_five_minutes(hub: ServiceHub, tries: bool) -> None:
    hub.text("STOP")
    (row,) = hub.rows(tables.message, policy="opt_out_confirmation")
    if tries:
        hub.submit(NotTaken(detail="away"))
        assert hub.message(row.id).state == "queued"
    hub.now = row.at + 5 * 60_000 - 1
    if tries:
        hub.submit(NotTaken(detail="away"))
    else:
        hub.now += 1
        assert hub.take() == []
    assert (hub.message(row.id).state, hub.message(row.id).reason) == ("failed", "connection_broken")
    assert hub.rows(tables.outbox) == []
    assert consent_of(hub) == [(hub.line, "opted_out")]


def test_an_answer_to_help_that_waits_goes_after_stop_too(hub: ServiceHub) -> None:
    turn_on_help = {"line_id": hub.line, "policy": "help", "enabled": True, "text": "Call us."}
    hub.transact(lambda conn: conn.execute(insert(tables.auto_text).values(turn_on_help)))
    hub.text("HELP")
    hub.text("STOP")
    assert [hub.message(row.message_id).policy for row in hub.rows(tables.outbox)] == ["help", "opt_out_confirmation"]


def test_a_text_that_the_gateway_has_when_stop_comes_is_what_the_gateway_says(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    message_id = hub.send(chat)
    hub.take()
    hub.text("STOP")
    assert hub.message(message_id).state == "sending"
    hub.run(record_outcome, message_id, Taken())
    assert hub.message(message_id).state == "sent"


def test_a_text_under_way_during_stop_is_not_tried_again(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    message_id = hub.send(chat)
    hub.take()
    hub.text("STOP")
    hub.run(record_outcome, message_id, NotTaken(detail="busy"))
    row = hub.message(message_id)
    assert (row.state, row.reason) == ("failed", "opted_out")


def test_the_gateways_refusal_sets_the_opt_out(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    message_id = hub.send(chat)
    hub.submit(Refused(reason=FailureReason.OPTED_OUT, detail="21610 unsubscribed"))
    row = hub.message(message_id)
    assert (row.state, row.reason, row.reason_text) == ("failed", "opted_out", "21610 unsubscribed")
    assert consent_of(hub) == [(hub.line, "opted_out")]
    proof = hub.rows(tables.consent_ledger)[-1]
    assert (proof.words, proof.message_id) == ("21610 unsubscribed", message_id)
    assert proof.basis == "the gateway refused a text: opted out"
    assert proof.agent_id is None, "the carrier's word, which no agent can undo"
    assert policies(hub) == [""]
    with pytest.raises(OptedOutError):
        hub.send(chat)


def test_the_tag_shows_wherever_the_contact_is_shown(hub: ServiceHub) -> None:
    """A contact of two numbers has two chats; STOP in the one takes the tag off what the other shows."""
    contact_id = hub.contact("+12125550001", sms=True)
    hub.also_has(contact_id, "+12125550002")
    first = hub.open_chat(sender="+12125550001")
    hub.text("Hello", sender="+12125550002")
    offer = hub.open_offer()
    hub.text("STOP", sender="+12125550001")
    assert hub.last is not None
    assert set(hub.last.news.interactions) == {first.interaction_id, offer.interaction_id}
    assert offer.id in hub.last.news.offers
