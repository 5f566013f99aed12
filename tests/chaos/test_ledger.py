"""Each of the four counts can be other than zero, and is zero where nothing is wrong."""

import pytest

from chaos.ledger import Ledger, Verdict

CUSTOMER, OTHER = "+12125560001", "+12125560002"
ANNA, BEN = 1, 2


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(longest_overlap_s=10.0, clock=lambda: 0.0)


def answered(ledger: Ledger) -> None:
    """One text, seen and answered, as it should be."""
    ledger.text_sent("T1", CUSTOMER, 0.0)
    ledger.text_acknowledged("T1")
    ledger.text_offered("T1", 0.5)
    ledger.accepted(ANNA, 7, 1.0, (3, 1))
    ledger.shows_held(ANNA, 7, CUSTOMER, 1.1)
    ledger.text_seen("T1", 11, CUSTOMER)
    ledger.reply_written("R1-1", CUSTOMER, ANNA)
    ledger.reply_taken("R1-1")
    ledger.reply_reached("R1-1", CUSTOMER)
    ledger.reply_state("R1-1", "delivered", 4)
    ledger.closed(ANNA, 7)
    ledger.hides_held(ANNA, 7, CUSTOMER, 9.0)


def counts(verdict: Verdict) -> tuple[int, int, int, int]:
    return len(verdict.lost), len(verdict.doubled), len(verdict.gaps), len(verdict.double_accepts)


def test_nothing_wrong_is_nothing_found(ledger: Ledger) -> None:
    answered(ledger)
    verdict = ledger.judge(20.0)
    assert verdict.clean
    assert not ledger.open_points()
    assert verdict.line(3) == "chaos: texts 1, kills 3, lost 0, doubled 0, gaps 0, double accepts 0"


def test_a_text_no_agent_saw_is_lost(ledger: Ledger) -> None:
    answered(ledger)
    ledger.text_sent("T2", CUSTOMER, 1.0)
    ledger.text_acknowledged("T2")
    assert ledger.open_points() == ["text T2 is with no agent"]
    verdict = ledger.judge(20.0)
    assert counts(verdict) == (1, 0, 0, 0)
    assert "T2" in verdict.lost[0]
    assert verdict.line(0).endswith("lost 1, doubled 0, gaps 0, double accepts 0")


def test_a_text_that_no_hub_took_is_lost_even_where_it_is_seen(ledger: Ledger) -> None:
    ledger.text_sent("T1", CUSTOMER, 0.0)
    ledger.text_seen("T1", 11, CUSTOMER)
    assert counts(ledger.judge(1.0)) == (1, 0, 0, 0)


def test_a_text_in_another_customers_chat_is_lost(ledger: Ledger) -> None:
    answered(ledger)
    ledger.text_seen("T1", 12, OTHER)
    assert counts(ledger.judge(20.0)) == (1, 0, 0, 0)


def test_what_no_phone_sent_and_what_no_agent_wrote_is_found(ledger: Ledger) -> None:
    ledger.text_seen("T9", 12, CUSTOMER)
    ledger.reply_reached("R9-1", CUSTOMER)
    assert counts(ledger.judge(1.0)) == (2, 0, 0, 0)


@pytest.mark.parametrize("state", ["", "queued", "sending", "sent", "delivered"])
def test_a_reply_that_was_taken_and_did_not_arrive_is_lost(ledger: Ledger, state: str) -> None:
    ledger.reply_written("R1-1", CUSTOMER, ANNA)
    ledger.reply_taken("R1-1")
    if state:
        ledger.reply_state("R1-1", state, 2)
    assert ledger.open_points()
    assert counts(ledger.judge(1.0)) == (1, 0, 0, 0)


@pytest.mark.parametrize("state", ["unknown", "failed", "undelivered"])
def test_a_reply_of_which_the_agent_is_told_is_not_lost(ledger: Ledger, state: str) -> None:
    ledger.reply_written("R1-1", CUSTOMER, ANNA)
    ledger.reply_taken("R1-1")
    ledger.reply_state("R1-1", state, 2)
    ledger.reply_state("R1-1", "sending", 1)
    assert not ledger.open_points()
    assert ledger.judge(1.0).clean


def test_a_reply_without_any_answer_is_lost(ledger: Ledger) -> None:
    ledger.reply_written("R1-1", CUSTOMER, ANNA)
    assert ledger.open_points() == ["reply R1-1 has no answer"]
    assert counts(ledger.judge(1.0)) == (1, 0, 0, 0)


def test_a_reply_that_arrived_and_stays_queued_for_ever_is_found(ledger: Ledger) -> None:
    answered(ledger)
    ledger.reply_state("R1-1", "sending", 5)
    assert counts(ledger.judge(20.0)) == (1, 0, 0, 0)


def test_a_reply_at_another_phone_is_lost(ledger: Ledger) -> None:
    ledger.reply_written("R1-1", CUSTOMER, ANNA)
    ledger.reply_taken("R1-1")
    ledger.reply_reached("R1-1", OTHER)
    assert counts(ledger.judge(1.0)) == (1, 0, 0, 0)


def test_a_text_that_stands_twice_is_doubled(ledger: Ledger) -> None:
    answered(ledger)
    ledger.text_seen("T1", 11, CUSTOMER)
    assert ledger.judge(20.0).clean
    ledger.text_seen("T1", 12, CUSTOMER)
    assert counts(ledger.judge(20.0)) == (0, 1, 0, 0)


def test_a_reply_that_reached_the_phone_twice_is_doubled(ledger: Ledger) -> None:
    answered(ledger)
    ledger.reply_reached("R1-1", CUSTOMER)
    assert counts(ledger.judge(20.0)) == (0, 1, 0, 0)


def test_a_reply_that_went_out_though_it_was_refused_is_doubled(ledger: Ledger) -> None:
    ledger.reply_written("R1-1", CUSTOMER, ANNA)
    ledger.reply_refused("R1-1", "chat_ended")
    assert ledger.judge(1.0).clean
    ledger.reply_reached("R1-1", CUSTOMER)
    assert counts(ledger.judge(1.0)) == (0, 1, 0, 0)


def test_two_chats_of_one_customer_are_doubled(ledger: Ledger) -> None:
    ledger.shows_held(ANNA, 7, CUSTOMER, 1.0)
    ledger.shows_held(BEN, 8, CUSTOMER, 2.0)
    ledger.shows_held(BEN, 9, OTHER, 2.0)
    assert counts(ledger.judge(3.0)) == (0, 1, 0, 0)


def test_two_agents_with_one_chat_are_a_double_accept(ledger: Ledger) -> None:
    ledger.shows_held(ANNA, 7, CUSTOMER, 1.0)
    ledger.shows_held(BEN, 7, CUSTOMER, 2.0)
    assert counts(ledger.judge(3.0)) == (0, 0, 0, 1)


def test_two_agents_who_were_given_one_offer_are_a_double_accept(ledger: Ledger) -> None:
    ledger.accepted(ANNA, 7, 1.0, (3, 1))
    ledger.accepted(ANNA, 7, 1.5, (3, 1))
    assert ledger.judge(3.0).clean
    ledger.accepted(BEN, 7, 2.0, (3, 1))
    assert counts(ledger.judge(3.0)) == (0, 0, 0, 1)


def test_a_chat_taken_from_an_agent_who_was_there_is_a_double_accept(ledger: Ledger) -> None:
    ledger.link_live(ANNA, 0.5)
    ledger.accepted(ANNA, 7, 1.0, (3, 1))
    ledger.accepted(BEN, 7, 40.0)
    assert counts(ledger.judge(50.0)) == (0, 0, 0, 1)


@pytest.mark.parametrize("back_at", [None, 39.0])
def test_a_chat_taken_over_from_an_agent_who_was_away_is_none(ledger: Ledger, back_at: float | None) -> None:
    ledger.link_live(ANNA, 0.5)
    ledger.accepted(ANNA, 7, 1.0, (3, 1))
    ledger.link_lost(ANNA)
    if back_at is not None:
        ledger.link_live(ANNA, back_at)
    ledger.accepted(BEN, 7, 40.0, (4, 2))
    assert ledger.judge(50.0).clean


def test_a_chat_taken_over_from_an_agent_who_accepted_without_a_link_is_none(ledger: Ledger) -> None:
    """Requests may get through while the socket does not, and for the hub the agent is gone."""
    ledger.accepted(ANNA, 7, 1.0, (3, 1))
    ledger.accepted(BEN, 7, 40.0, (4, 2))
    assert ledger.judge(50.0).clean


def test_the_journal_of_a_finding_is_that_of_its_customer(ledger: Ledger) -> None:
    ledger.text_sent("T1", CUSTOMER, 0.0)
    ledger.text_sent("T2", OTHER, 0.0)
    ledger.text_seen("T2", 5, OTHER)
    lines = ledger.journals([f"text T1 of {CUSTOMER} came to no agent"])
    assert lines[0] == f"{CUSTOMER}:"
    assert [line.strip() for line in lines[1:]] == ["0.00 s  phone sends T1"]
