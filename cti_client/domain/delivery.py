"""What became of one message (D3): the states, the ways between them, and what a person is told.

A message moves forward only, whatever order reports come in: scheduled, queued, sending, sent, and then one of the
ends. `DELIVERED` is what the customer's phone itself confirmed, so it corrects every other end but a cancellation
(which happens before anything is handed over). `UNKNOWN` is settled by any later word (D4): a report moves the message;
what an agent says is kept beside its state, for as long as no report says as much (`with_word`).

Some steps are no news about the message and therefore not in this table: putting a text back into the queue that the
gateway surely did not take, holding one back that may not go any more today, and a new attempt at a failed one. They
are decisions of whoever owns the outbox.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from cti_client.domain.errors import OPTED_OUT_TEXT


class DeliveryState(StrEnum):
    """The state of a message. `RECEIVED` is for inbound ones."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    RECEIVED = "received"


class FailureReason(StrEnum):
    """Why a message did not arrive, in terms a person can act on (D5)."""

    CONNECTION_BROKEN = "connection_broken"
    NO_CREDIT = "no_credit"
    NO_ROUTING_RULE = "no_routing_rule"
    OPTED_OUT = "opted_out"
    BAD_NUMBER = "bad_number"
    LANDLINE = "landline"
    CARRIER_REFUSED = "carrier_refused"
    EXPIRED = "expired"
    UNANSWERED = "unanswered"
    """The gateway may have taken it but never said so (D4)."""


_REPORTED = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNDELIVERED, DeliveryState.FAILED)
_FORWARD: dict[DeliveryState, tuple[DeliveryState, ...]] = {
    DeliveryState.SCHEDULED: (
        *(DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNKNOWN, DeliveryState.CANCELLED),
        *_REPORTED,
    ),
    DeliveryState.QUEUED: (DeliveryState.SENDING, DeliveryState.UNKNOWN, DeliveryState.CANCELLED, *_REPORTED),
    DeliveryState.SENDING: (DeliveryState.UNKNOWN, *_REPORTED),
    DeliveryState.UNKNOWN: _REPORTED,
    DeliveryState.SENT: (DeliveryState.DELIVERED, DeliveryState.UNDELIVERED, DeliveryState.FAILED),
    DeliveryState.UNDELIVERED: (DeliveryState.DELIVERED,),
    DeliveryState.FAILED: (DeliveryState.DELIVERED,),
    DeliveryState.DELIVERED: (),
    DeliveryState.CANCELLED: (),
    DeliveryState.RECEIVED: (),
}
"""From each state, the states that are ahead of it."""


def advance(current: DeliveryState, event: DeliveryState) -> DeliveryState:
    """The state after `event` became known: `event` where that is ahead of `current`, else `current`."""
    return event if event in _FORWARD[current] else current


def with_word(reported: DeliveryState, arrived: bool | None) -> DeliveryState:
    """What a person is shown: the state that reports lead to, or what an agent said of it (None: nothing).

    The agent's word is weaker than any report. It stands in for `unknown`. A `sent` says that the network has the text
    after all, so it outweighs "it did not arrive"; "it arrived" it neither confirms nor denies, and what the agent
    knows beyond it goes on being shown. Every other report outweighs both. What was reported is not touched by the
    word, so that reports lead to the same end in whatever order they and the word come.
    """
    if reported is DeliveryState.UNKNOWN and arrived is not None:
        return DeliveryState.DELIVERED if arrived else DeliveryState.FAILED
    return DeliveryState.DELIVERED if reported is DeliveryState.SENT and arrived else reported


_WORST_FIRST = (
    *(DeliveryState.FAILED, DeliveryState.UNDELIVERED, DeliveryState.UNKNOWN, DeliveryState.CANCELLED),
    *(DeliveryState.SCHEDULED, DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT),
    *(DeliveryState.DELIVERED, DeliveryState.RECEIVED),
)


def sum_parts(states: Collection[DeliveryState]) -> DeliveryState:
    """One state for a message of several parts. A phone shows nothing until it has them all, so the worst counts."""
    if not states:
        raise ValueError("a message has at least one part")
    return min(states, key=_WORST_FIRST.index)


class DeliveryAction(StrEnum):
    """The one thing a person can do about a message's state."""

    NONE = "none"
    SEND_AGAIN = "send_again"
    SETTLE = "settle"
    """Say whether it arrived, or say otherwise."""
    CHECK_NUMBER = "check_number"
    """Look at the number, and at the others of the customer."""
    CALL = "call"
    CHECK_CONNECTION = "check_connection"
    """Somebody who looks after the gateway has to act."""
    CANCEL = "cancel"
    """Not send it after all."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A delivery state for people (D2a): one sentence, and the action that helps."""

    sentence: str
    action: DeliveryAction = DeliveryAction.NONE


_PLAIN: dict[DeliveryState, str] = {
    DeliveryState.SCHEDULED: "It goes out at the time that was set.",
    DeliveryState.QUEUED: "It waits for its turn at the gateway.",
    DeliveryState.SENDING: "It is being handed to the gateway.",
    DeliveryState.SENT: "The network has it; the phone of {who} has not confirmed it yet.",
    DeliveryState.DELIVERED: "The phone of {who} has it.",
    DeliveryState.CANCELLED: "It was cancelled and never went out.",
    DeliveryState.RECEIVED: "It came from {who}.",
}
_REASONS: dict[FailureReason, tuple[str, DeliveryAction]] = {
    FailureReason.CONNECTION_BROKEN: (
        "The connection to the gateway is broken; tell whoever looks after it, then send the text again.",
        DeliveryAction.CHECK_CONNECTION,
    ),
    FailureReason.NO_CREDIT: (
        "The account at the gateway has no credit left; tell whoever looks after it, then send the text again.",
        DeliveryAction.CHECK_CONNECTION,
    ),
    FailureReason.NO_ROUTING_RULE: (
        "No connection is set up that sends from this line to this number; tell whoever looks after it.",
        DeliveryAction.CHECK_CONNECTION,
    ),
    FailureReason.OPTED_OUT: (f"{OPTED_OUT_TEXT}.", DeliveryAction.CALL),
    FailureReason.BAD_NUMBER: ("No phone has this number.", DeliveryAction.CHECK_NUMBER),
    FailureReason.LANDLINE: ("The number is a landline, which takes no texts.", DeliveryAction.CALL),
    FailureReason.CARRIER_REFUSED: ("The carrier refused this text.", DeliveryAction.CALL),
    FailureReason.EXPIRED: (
        "The phone of {who} could not be reached in time, so the network gave up.",
        DeliveryAction.SEND_AGAIN,
    ),
    FailureReason.UNANSWERED: ("It did not arrive.", DeliveryAction.SEND_AGAIN),
}
_UNEXPLAINED = {
    DeliveryState.FAILED: ("It could not be sent, and no reason was given.", DeliveryAction.SEND_AGAIN),
    DeliveryState.UNDELIVERED: ("It did not reach the phone of {who}.", DeliveryAction.SEND_AGAIN),
}


def explain(
    state: DeliveryState,
    reason: FailureReason | None = None,
    *,
    who: str = "the customer",
    retry_at: str = "",
    settled_by: str = "",
) -> Explanation:
    """The state of a message in one sentence, with one action.

    `who` names the customer. `retry_at`: when a queued message that failed before is tried again, or a scheduled one
    goes, as a clock shows it. `settled_by`: the agent whose word `state` is.
    """
    if settled_by and state is DeliveryState.DELIVERED:
        said = f"{settled_by} said that it arrived; the network has not confirmed it."
        return Explanation(said, DeliveryAction.SETTLE)
    if settled_by and state is DeliveryState.FAILED:
        said = f"{settled_by} said that it did not arrive; the network has not confirmed it."
        return Explanation(said, DeliveryAction.SEND_AGAIN)
    if state is DeliveryState.UNKNOWN:
        sentence = "The gateway gave no answer, so the text may or may not have gone; it is not sent again by itself."
        return Explanation(sentence, DeliveryAction.SETTLE)
    if state is DeliveryState.SCHEDULED and retry_at:
        early = "It is too early or too late where {who} is; it goes out at {retry_at}."
        return Explanation(early.format(who=who, retry_at=retry_at), DeliveryAction.CANCEL)
    if state is DeliveryState.QUEUED and retry_at:
        return Explanation(f"The gateway did not take it; it is tried again at {retry_at}.")
    if state in _UNEXPLAINED:
        sentence, action = _UNEXPLAINED[state] if reason is None else _REASONS[reason]
        return Explanation(sentence.format(who=who), action)
    return Explanation(_PLAIN[state].format(who=who))
