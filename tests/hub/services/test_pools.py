"""B7: lines that share one consent."""

import pytest

from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import OPTED_OUT_TEXT, BadRequestError, OnlyStartError, OptedOutError
from cti_client.hub.services.allow_sms import allow_sms
from cti_client.hub.services.pools import share_consent
from cti_client.hub.store import tables
from cti_client.hub.store.number_consent import number_consent
from cti_client.hub.store.record_builders import interactions, offers
from cti_client.wire.consent_api import AllowSms, AskConsent, Basis, NumberConsent
from tests.helpers.service_hub import CUSTOMER, SECOND_LINE, ServiceHub

OTHER_CUSTOMER = "+12125559876"


@pytest.fixture
def pooled(hub: ServiceHub) -> ServiceHub:
    """The second line shares the consent of the first."""
    assert hub.run(share_consent, hub.second_line, hub.line)
    return hub


def ask(hub: ServiceHub, line_id: int, address: str = CUSTOMER) -> NumberConsent:
    return hub.read(number_consent, AskConsent(address=address, line_id=line_id))


def states(hub: ServiceHub) -> dict[tuple[int, str], str]:
    return {(row.line_id, row.address): row.state for row in hub.rows(tables.consent)}


def test_stop_to_one_line_is_stop_to_all(pooled: ServiceHub) -> None:
    chat = pooled.open_chat()
    waiting = pooled.send(chat)
    pooled.text("STOP", to=SECOND_LINE)
    assert states(pooled) == {(pooled.line, CUSTOMER): "opted_out"}
    assert pooled.message(waiting).state == "failed", "what waited on the other line does not go either"
    (record,) = pooled.read(interactions, [chat.interaction_id])
    assert record.consent is ConsentState.OPTED_OUT
    with pytest.raises(OptedOutError):
        pooled.send(chat)
    pooled.text("START")
    pooled.send(chat)


def test_streams_are_left_to_the_last_step(hub: ServiceHub) -> None:
    """Their locks come last: whoever tells an agent something has the customer's thread locked already."""
    before = hub.rows(tables.stream)
    assert hub.run(share_consent, hub.second_line, hub.line)
    assert hub.rows(tables.stream) == before
    assert hub.last is not None
    assert hub.last.news.anew


def test_the_proof_says_which_line_it_was(pooled: ServiceHub) -> None:
    pooled.text("Hello", to=SECOND_LINE)
    pooled.text("STOP")
    shown = [(entry.line_name, entry.basis) for entry in ask(pooled, pooled.second_line).ledger]
    assert shown == [("Support", "texted STOP"), ("Sales", "texted first")]
    assert ask(pooled, pooled.line).ledger == ask(pooled, pooled.second_line).ledger


def test_a_first_text_to_a_line_of_a_pool_is_consent_to_all(pooled: ServiceHub) -> None:
    pooled.available(pooled.anna)
    pooled.text("Hello", to=SECOND_LINE)
    assert states(pooled) == {(pooled.line, CUSTOMER): "opted_in"}
    (shown,) = pooled.read(offers, [pooled.open_offer().id])
    assert shown.body is not None
    assert shown.body.consent is ConsentState.OPTED_IN
    pooled.text("Hello")
    assert len(pooled.rows(tables.consent_ledger)) == 1


def test_an_opt_out_on_one_line_cannot_be_undone_by_hand_on_another(pooled: ServiceHub) -> None:
    pooled.text("STOP")
    wish = AllowSms(address=CUSTOMER, basis=Basis.CONTRACT, line_id=pooled.second_line)
    with pytest.raises(OnlyStartError):
        pooled.run(allow_sms, pooled.anna, wish)


def test_a_text_that_waits_on_a_line_outside_the_pool_goes_on(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    waiting = hub.send(chat)
    hub.text("STOP", to=SECOND_LINE)
    assert hub.message(waiting).state == "queued"


def test_a_line_that_joins_brings_its_opt_outs_and_nothing_else(hub: ServiceHub) -> None:
    hub.text("Hello")
    hub.text("STOP", to=SECOND_LINE)
    hub.text("STOP", to=SECOND_LINE, sender=OTHER_CUSTOMER)
    hub.text("Hello", to=SECOND_LINE, sender="+12125550009")
    hub.now += 5
    hub.run(share_consent, hub.second_line, hub.line)
    for customer in (CUSTOMER, OTHER_CUSTOMER):
        known = ask(hub, hub.line, customer)
        assert (known.state, known.can_allow) == (ConsentState.OPTED_OUT, False)
        assert (known.ledger[0].basis, known.ledger[0].line_name, known.ledger[0].at) == (
            "the lines share one consent now",
            "Sales",
            hub.now,
        )
    assert ask(hub, hub.line, "+12125550009").state is ConsentState.UNKNOWN


def test_who_is_out_of_both_already_gets_no_further_proof(hub: ServiceHub) -> None:
    hub.text("STOP")
    hub.text("STOP", to=SECOND_LINE)
    hub.run(share_consent, hub.second_line, hub.line)
    assert [entry.basis for entry in ask(hub, hub.line).ledger] == ["texted STOP", "texted STOP"]


def test_what_waits_for_the_gateway_does_not_go_to_who_is_out_by_joining(hub: ServiceHub) -> None:
    chat = hub.open_chat()
    other = hub.open_chat(sender=OTHER_CUSTOMER)
    waiting, others = hub.send(chat), hub.send(other)
    hub.text("STOP", to=SECOND_LINE)
    (confirmation,) = hub.rows(tables.message, policy="opt_out_confirmation")
    hub.run(share_consent, hub.second_line, hub.line)
    assert hub.message(waiting).state == "failed"
    assert hub.message(waiting).reason_text == OPTED_OUT_TEXT
    assert [hub.message(one).state for one in (others, confirmation.id)] == ["queued", "queued"]
    assert {sms.message_id for sms in hub.take()} == {others, confirmation.id}


def test_a_line_that_leaves_keeps_the_opt_outs_of_the_pool(pooled: ServiceHub) -> None:
    pooled.text("STOP")
    pooled.run(share_consent, pooled.second_line, None)
    assert states(pooled) == {(pooled.line, CUSTOMER): "opted_out", (pooled.second_line, CUSTOMER): "opted_out"}
    pooled.text("START")
    assert ask(pooled, pooled.second_line).state is ConsentState.OPTED_OUT
    assert not ask(pooled, pooled.second_line).can_allow


def test_again_changes_nothing(pooled: ServiceHub) -> None:
    assert not pooled.run(share_consent, pooled.second_line, pooled.line)
    assert not pooled.run(share_consent, pooled.line, None)


def test_there_are_no_chains(pooled: ServiceHub) -> None:
    third = pooled.transact(
        lambda conn: conn.execute(
            tables.line.insert().values(address="+15550177", name="Third").returning(tables.line.c.id)
        ).scalar_one()
    )
    for line_id, with_line_id in (
        (third, pooled.second_line),  # that is in a pool itself
        (pooled.line, third),  # this one keeps a pool
        (third, third),
    ):
        with pytest.raises(BadRequestError):
            pooled.run(share_consent, line_id, with_line_id)
