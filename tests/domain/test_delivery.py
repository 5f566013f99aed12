"""Delivery states move forward only (D3), parts are summed, and each state is explained (D2a)."""

from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_client.domain.delivery import (
    DeliveryAction,
    DeliveryState,
    Explanation,
    FailureReason,
    advance,
    explain,
    sum_parts,
    with_word,
)
from cti_client.domain.errors import OPTED_OUT_TEXT

S = DeliveryState
STATES = st.sampled_from(DeliveryState)
AHEAD = {
    S.SCHEDULED: {S.QUEUED, S.SENDING, S.SENT, S.DELIVERED, S.UNDELIVERED, S.FAILED, S.UNKNOWN, S.CANCELLED},
    S.QUEUED: {S.SENDING, S.SENT, S.DELIVERED, S.UNDELIVERED, S.FAILED, S.UNKNOWN, S.CANCELLED},
    S.SENDING: {S.SENT, S.DELIVERED, S.UNDELIVERED, S.FAILED, S.UNKNOWN},
    S.UNKNOWN: {S.SENT, S.DELIVERED, S.UNDELIVERED, S.FAILED},
    S.SENT: {S.DELIVERED, S.UNDELIVERED, S.FAILED},
    S.UNDELIVERED: {S.DELIVERED},
    S.FAILED: {S.DELIVERED},
    S.DELIVERED: set(),
    S.CANCELLED: set(),
    S.RECEIVED: set(),
}


@pytest.mark.parametrize(("current", "event"), list(product(S, S)))
def test_every_step(current: S, event: S) -> None:
    assert advance(current, event) is (event if event in AHEAD[current] else current)


@given(st.lists(STATES, max_size=12), STATES)
def test_no_state_comes_back_once_it_was_left(events: list[S], start: S) -> None:
    state, left = start, set[S]()
    for event in events:
        after = advance(state, event)
        if after is not state:
            left.add(state)
        assert after not in left
        state = after


@pytest.mark.parametrize("events", list(permutations([S.SENDING, S.SENT, S.DELIVERED])))
def test_reports_in_any_order_end_the_same(events: tuple[S, ...]) -> None:
    state = S.QUEUED
    for event in events:
        state = advance(state, event)
    assert state is S.DELIVERED


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([S.DELIVERED], S.DELIVERED),
        ([S.DELIVERED, S.DELIVERED], S.DELIVERED),
        ([S.DELIVERED, S.SENT], S.SENT),
        ([S.SENT, S.SENDING], S.SENDING),
        ([S.DELIVERED, S.UNKNOWN], S.UNKNOWN),
        ([S.DELIVERED, S.UNDELIVERED, S.SENT], S.UNDELIVERED),
        ([S.UNDELIVERED, S.FAILED], S.FAILED),
        ([S.UNKNOWN, S.UNDELIVERED], S.UNDELIVERED),
    ],
)
def test_a_message_is_what_its_worst_part_is(parts: list[S], whole: S) -> None:
    for order in permutations(parts):
        assert sum_parts(order) is whole


def test_a_message_without_parts_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        sum_parts([])


@pytest.mark.parametrize(("state", "reason"), list(product(S, [None, *FailureReason])))
def test_every_state_is_explained_in_one_sentence(state: S, reason: FailureReason | None) -> None:
    told = explain(state, reason, who="Anna", retry_at="14:10")
    assert told.sentence.endswith(".")
    assert told.sentence.count(".") == 1
    assert "{" not in told.sentence
    needs_somebody = state in (S.FAILED, S.UNDELIVERED, S.UNKNOWN)
    assert (told.action is not DeliveryAction.NONE) == (needs_somebody or state is S.SCHEDULED)


def test_what_a_person_is_told() -> None:
    assert explain(S.DELIVERED, who="Anna") == Explanation("The phone of Anna has it.")
    assert explain(S.QUEUED) == Explanation("It waits for its turn at the gateway.")
    assert explain(S.QUEUED, retry_at="14:10").sentence == "The gateway did not take it; it is tried again at 14:10."
    assert explain(S.FAILED, FailureReason.LANDLINE).action is DeliveryAction.CALL
    opted_out = explain(S.FAILED, FailureReason.OPTED_OUT)
    assert opted_out == Explanation(f"{OPTED_OUT_TEXT}.", DeliveryAction.CALL)  # B8: the exact words here too
    assert explain(S.FAILED, FailureReason.BAD_NUMBER).action is DeliveryAction.CHECK_NUMBER
    assert explain(S.UNDELIVERED, FailureReason.EXPIRED, who="Anna") == Explanation(
        "The phone of Anna could not be reached in time, so the network gave up.", DeliveryAction.SEND_AGAIN
    )
    assert explain(S.UNKNOWN, FailureReason.UNANSWERED).action is DeliveryAction.SETTLE


def test_whose_word_it_is() -> None:
    arrived = explain(S.DELIVERED, who="Maria", settled_by="{who}")
    assert arrived.sentence == "{who} said that it arrived; the network has not confirmed it."
    assert arrived.action is DeliveryAction.SETTLE
    lost = explain(S.FAILED, FailureReason.UNANSWERED, settled_by="Anna")
    assert lost.sentence == "Anna said that it did not arrive; the network has not confirmed it."
    assert lost.action is DeliveryAction.SEND_AGAIN


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("arrived", [None, True, False])
def test_a_word_is_weaker_than_what_was_reported(state: S, arrived: bool | None) -> None:
    shown = with_word(state, arrived)
    if arrived is not None and state is S.UNKNOWN:
        assert shown is (S.DELIVERED if arrived else S.FAILED)
    elif arrived and state is S.SENT:
        assert shown is S.DELIVERED
    else:
        assert shown is state


def test_a_customer_may_be_called_anything() -> None:
    assert explain(S.DELIVERED, who="{0} {who}").sentence == "The phone of {0} {who} has it."
