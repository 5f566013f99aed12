"""B2, B7: consent that a person writes down."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti_client.domain.consent import Consent, ConsentState, keyword
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import (
    ONLY_START_TEXT,
    OPTED_OUT_TEXT,
    BadRequestError,
    NotANumberError,
    NotFoundError,
    OnlyStartError,
)
from cti_client.hub.services.allow_sms import allow_sms
from cti_client.hub.services.consent_by_hand import LONGEST_NOTE
from cti_client.hub.services.opt_out import opt_out
from cti_client.hub.services.record_delivery import record_delivery
from cti_client.hub.services.start_chat import start_chat
from cti_client.hub.store import tables
from cti_client.hub.store.number_consent import ALLOWED_TEXT, number_consent
from cti_client.hub.store.numbers import NO_CONSENT_TEXT, check_number
from cti_client.hub.store.record_builders import interactions
from cti_client.telephony.sms.connection import DeliveryReport, Taken
from cti_client.wire import api
from cti_client.wire.consent_api import AllowSms, AskConsent, Basis, NumberConsent, OptOut
from tests.helpers.service_hub import CUSTOMER, ServiceHub

OTHER_NUMBER = "+12125559876"


def allow(hub: ServiceHub, address: str = CUSTOMER, **more: object) -> NumberConsent:
    wish = {"basis": Basis.ON_THE_PHONE, "note": "Called at noon", **more}
    return hub.run(allow_sms, hub.anna, AllowSms(address=address, **wish))  # type: ignore[arg-type]


def write_down_opt_out(hub: ServiceHub, address: str = CUSTOMER, note: str = "Told me so") -> NumberConsent:
    return hub.run(opt_out, hub.anna, OptOut(address=address, note=note))


def ask(hub: ServiceHub, address: str = CUSTOMER, line_id: int | None = None) -> NumberConsent:
    return hub.read(number_consent, AskConsent(address=address, line_id=line_id))


def check(hub: ServiceHub, address: str = CUSTOMER) -> api.NumberAbilities:
    return hub.read(check_number, api.CheckNumber(address=address), None)


def test_a_number_nobody_knows_is_allowed_and_texted_at_once(hub: ServiceHub) -> None:
    before = check(hub, "(212) 555-1234")
    assert (before.why_no_sms, before.can_allow, before.consent) == (NO_CONSENT_TEXT, True, ConsentState.UNKNOWN)
    answer = allow(hub, "(212) 555-1234", note="  Called at noon\n")
    assert (answer.address, answer.state, answer.line_id, answer.line_name) == (
        CUSTOMER,
        ConsentState.OPTED_IN,
        hub.line,
        "Support",
    )
    assert (answer.can_allow, answer.why_not) == (False, ALLOWED_TEXT)
    (entry,) = answer.ledger
    assert (entry.at, entry.basis, entry.note, entry.by, entry.line_name) == (
        hub.now,
        "on_the_phone",
        "Called at noon",
        "Anna",
        "Support",
    )
    assert hub.rows(tables.contact) == []
    assert check(hub).why_no_sms == ""
    started = hub.run(start_chat, hub.anna, api.StartChat(address=CUSTOMER))
    assert hub.send(started)
    phone = hub.row(tables.phone)
    assert (phone.type, phone.sms) == ("Mobile", True), "the contact that the chat makes carries the tag"


def test_it_is_remembered_on_which_line(hub: ServiceHub) -> None:
    allow(hub, line_id=hub.second_line)
    assert hub.row(tables.consent).line_id == hub.second_line
    assert ask(hub).line_id == hub.second_line, "a chat started without a word about the line goes there"
    assert ask(hub, line_id=hub.line).state is ConsentState.UNKNOWN
    assert ask(hub, line_id=hub.line).ledger == ()


@pytest.mark.parametrize("kind", ["Mobile", "Home"])
def test_a_contacts_number_becomes_mobile_with_the_tag(hub: ServiceHub, kind: str) -> None:
    contact_id = hub.contact(type=kind, sms=False)
    assert check(hub).can_allow
    answer = allow(hub, contact_id=contact_id)
    assert (answer.type, answer.sms) == ("Mobile", True)
    assert len(hub.rows(tables.phone)) == 1
    assert hub.row(tables.thread).contact_id == contact_id


def test_a_contact_gets_the_number_that_it_lacks_and_is_found_by_it(hub: ServiceHub) -> None:
    contact_id = hub.contact(OTHER_NUMBER)
    allow(hub, contact_id=contact_id)
    phone = hub.row(tables.phone, address=CUSTOMER)
    assert (phone.contact_id, phone.type, phone.sms) == (contact_id, "Mobile", True)
    assert CUSTOMER in hub.row(tables.contact).search
    assert hub.row(tables.thread).contact_id == contact_id


def test_a_contact_that_is_gone(hub: ServiceHub) -> None:
    with pytest.raises(NotFoundError):
        allow(hub, contact_id=99)
    assert hub.rows(tables.consent) == []


def test_a_second_time_nothing_happens(hub: ServiceHub) -> None:
    first = allow(hub)
    hub.now += 1000
    assert allow(hub, note="Again") == first
    assert write_down_opt_out(hub).state is ConsentState.OPTED_OUT
    hub.now += 1000
    assert len(write_down_opt_out(hub, note="Again").ledger) == 2


def test_a_missing_tag_alone_is_put_right(hub: ServiceHub) -> None:
    hub.close(hub.open_chat())
    hub.set(tables.phone, {}, sms=False, type="Work")
    assert ask(hub).can_allow
    answer = allow(hub)
    assert (answer.type, answer.sms, len(answer.ledger)) == ("Mobile", True, 1)


def test_other_needs_a_note_and_a_note_has_an_end(hub: ServiceHub) -> None:
    with pytest.raises(BadRequestError) as refused:
        allow(hub, basis=Basis.OTHER, note=" ")
    assert refused.value.field == "note"
    with pytest.raises(BadRequestError) as refused:
        allow(hub, note="x" * (LONGEST_NOTE + 1))
    assert refused.value.field == "note"
    assert hub.rows(tables.consent_ledger) == []
    allow(hub, basis=Basis.OTHER, note="x" * LONGEST_NOTE)


def test_what_is_no_number_and_no_line(hub: ServiceHub) -> None:
    with pytest.raises(NotANumberError):
        allow(hub, "PARCELS")
    with pytest.raises(NotANumberError):
        ask(hub, "hello")
    with pytest.raises(NotFoundError):
        allow(hub, line_id=99)
    hub.transact(lambda conn: conn.execute(tables.line.delete()))
    with pytest.raises(BadRequestError):
        allow(hub)
    assert not ask(hub).can_allow


def test_who_opted_out_by_a_text_is_not_allowed_by_hand(hub: ServiceHub) -> None:
    hub.close(hub.open_chat())
    hub.text("STOP")
    assert (check(hub).why_no_sms, check(hub).can_allow) == (OPTED_OUT_TEXT, False)
    assert (ask(hub).can_allow, ask(hub).why_not) == (False, ONLY_START_TEXT)
    with pytest.raises(OnlyStartError) as refused:
        allow(hub)
    assert (refused.value.code, str(refused.value)) == ("opted_out", ONLY_START_TEXT)
    write_down_opt_out(hub)
    with pytest.raises(OnlyStartError):
        allow(hub)
    assert hub.row(tables.phone).sms is False
    hub.text("START")
    assert ask(hub).state is ConsentState.OPTED_IN
    assert [entry.basis for entry in ask(hub).ledger] == ["texted START", "texted STOP", "texted first"]


def test_who_was_opted_out_by_hand_may_be_allowed_again(hub: ServiceHub) -> None:
    hub.close(hub.open_chat())
    out = write_down_opt_out(hub)
    assert (out.state, out.can_allow, out.sms) == (ConsentState.OPTED_OUT, True, False)
    assert (out.ledger[0].basis, out.ledger[0].note, out.ledger[0].by) == ("told an agent", "Told me so", "Anna")
    assert check(hub).why_no_sms == OPTED_OUT_TEXT
    assert check(hub).can_allow
    assert hub.take() == [], "the customer is not told"
    assert allow(hub).state is ConsentState.OPTED_IN
    assert check(hub).why_no_sms == ""


def test_a_stop_on_top_of_an_agents_opt_out_counts(hub: ServiceHub) -> None:
    hub.close(hub.open_chat())
    write_down_opt_out(hub)
    hub.text("stop")
    assert [entry.basis for entry in ask(hub).ledger[:2]] == ["texted STOP", "told an agent"]
    assert [sms.text[:9] for sms in hub.take()] != [], "it is confirmed: they have not heard of it yet"
    with pytest.raises(OnlyStartError):
        allow(hub)
    hub.text("Stop!")
    assert len(ask(hub).ledger) == 3


def test_a_carriers_word_on_top_of_an_agents_opt_out_counts(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    message_id = hub.send(chat)
    hub.submit(Taken())
    write_down_opt_out(hub)
    failed, why = DeliveryState.FAILED, FailureReason.OPTED_OUT
    report = DeliveryReport(message_id=message_id, state=failed, raw="21610", reason=why)
    hub.run(record_delivery, "sim", report)
    assert ask(hub).ledger[0].basis == "the gateway refused a text: opted out"
    with pytest.raises(OnlyStartError):
        allow(hub)


def test_an_open_chat_shows_it_at_once_and_tells_the_timeline(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    waits = hub.send(chat)
    write_down_opt_out(hub)
    assert hub.last is not None
    assert chat.interaction_id in hub.last.news.interactions
    assert waits in hub.last.news.messages
    assert hub.message(waits).state == "failed"
    (record,) = hub.read(interactions, [chat.interaction_id])
    assert record.consent is ConsentState.OPTED_OUT
    event = hub.rows(tables.case_event)[-1]
    assert (event.kind, event.detail, event.agent_id) == ("opted_out", "Told me so", hub.anna)
    allow(hub)
    (record,) = hub.read(interactions, [chat.interaction_id])
    assert record.consent is ConsentState.OPTED_IN
    assert hub.events()[-1] == "opted_in"
    hub.send(chat, client_id="after")


def test_a_request_and_the_waiting_list_show_it(hub: ServiceHub) -> None:
    hub.available(hub.anna)
    hub.text()
    offer = hub.open_offer()
    write_down_opt_out(hub)
    assert hub.last is not None
    assert offer.id in hub.last.news.offers
    assert hub.open_offer().version > offer.version
    assert "waiting" in hub.last.news.topics


WORDS = ("STOP", "START", "yes", "help", "Hello", "allow", "opt out")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), number=st.integers(10**6, 10**7 - 1))
def test_the_hub_keeps_to_the_rule_in_any_order(hub: ServiceHub, acts: list[str], number: int) -> None:
    """`domain.consent` says what may follow what; the tables say the same after every step."""
    customer = f"+1212{number}"
    hub.transact(lambda conn: conn.execute(tables.consent.delete()))
    hub.transact(lambda conn: conn.execute(tables.consent_ledger.delete()))
    expected = Consent()
    for what in acts:
        hub.now += 1
        if what == "opt out":
            expected = expected.after_opt_out()
            write_down_opt_out(hub, customer)
        elif what == "allow" and expected.own:
            with pytest.raises(OnlyStartError):
                allow(hub, customer)
        elif what == "allow":
            expected = expected.after_allow()
            allow(hub, customer)
        else:
            expected = expected.after_text(keyword(what))
            hub.text(what, sender=customer)
        known = ask(hub, customer)
        assert known.state is expected.state
        assert (known.why_not == ONLY_START_TEXT) is expected.own
        assert known.ledger[0].state is expected.state
