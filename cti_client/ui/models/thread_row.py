"""One row of the chat view: a message, or a text of the agent's that has not reached the hub yet."""

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QCoreApplication

from cti_client.desk.views import PendingSend, PendingState
from cti_client.domain import Millis, ages, delivery
from cti_client.domain.delivery import DeliveryAction, DeliveryState
from cti_client.domain.errors import QuietHoursError
from cti_client.domain.interaction import Direction
from cti_client.ui.delivery_words import state_words
from cti_client.ui.links import Link, find_links
from cti_client.ui.local_time import clock, clock_seconds, date_and_clock, day_name, day_of, short_day
from cti_client.wire.records import Message


class RowAction(Enum):
    """What a person can do about a row that did not simply go through."""

    ARRIVED = auto()
    """The customer has it (D4)."""
    NOT_ARRIVED = auto()
    """The customer does not have it (D4)."""
    SEND_AGAIN = auto()
    """A new attempt at the same message (E6)."""
    TEXT_AGAIN = auto()
    """Put the text back into the reply box."""
    SEND_NOW = auto()
    """Yes, send what has waited (H1)."""
    SEND_ANYWAY = auto()
    """Yes, although it is early or late where the customer is (B9)."""
    CANCEL = auto()
    """A scheduled message: do not send it (D3)."""
    CALL = auto()
    """Call instead."""
    CHECK_NUMBER = auto()
    """Go to the customer's numbers."""
    TAKE_BACK = auto()
    """Do not send; put the text back into the reply box."""
    HISTORY = auto()
    """Every attempt and report of it (D3)."""
    DISCARD = auto()
    """Do not send, forget the text."""


@dataclass(frozen=True)
class ChatContext:
    """The chat a thread is seen from: what the ages count from and whose messages need no author's name."""

    interaction_id: int
    started_at: Millis
    agent_name: str = ""
    customer: str = ""
    """How the customer is called in sentences; empty: "the customer"."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ThreadRow:
    """What the delegate draws. Equal only to itself: a message that looks different makes a new row.

    `heading` stands above the bubble, centred; empty for most rows. `problem` is a whole sentence, `actions` what to
    do about it. `tick` is the delivery state, None for customers' texts; `tick_text` says it in words. `by_word`: an
    agent said so and no report does (D4). `details`: what the gateway itself said, for whoever looks after it; a
    tooltip, never part of a sentence of ours.
    """

    key: tuple[int, str]
    """(message id, "") or (0, client id)."""
    text: str
    mine: bool
    heading: str = ""
    first_unread: bool = False
    policy: str = ""
    note: str = ""
    meta: str = ""
    tick: DeliveryState | None = None
    tick_text: str = ""
    by_word: bool = False
    details: str = ""
    problem: str = ""
    actions: tuple[RowAction, ...] = ()
    links: tuple[Link, ...] = ()
    full_time: str = ""
    author: str = ""
    attempt: int = 1

    @property
    def message_id(self) -> int:
        """0 for a text that has not reached the hub."""
        return self.key[0]

    @property
    def client_id(self) -> str:
        """Empty for a message of the hub."""
        return self.key[1]

    def looks_like(self, other: "ThreadRow") -> bool:
        """Would both be drawn and spoken alike?"""
        return vars(self) == vars(other)

    def spoken(self) -> str:
        """The row as a screen reader says it."""
        who = self.author or (_tr("You") if self.mine else _tr("Customer"))
        parts = [self.heading, _tr("New") if self.first_unread else "", f"{who}: {self.text}", self.note]
        state = state_words(self.tick) if self.tick is not None and self.message_id and not self.by_word else ""
        parts += [self.meta, state, self.tick_text, "" if self.problem == self.tick_text else self.problem]
        return ". ".join(part.rstrip(".") for part in parts if part)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ThreadRow", text)


def message_row(
    message: Message, before: Message | None, chat: ChatContext, *, first_unread: bool = False
) -> ThreadRow:
    """The row of a message. `before`: the message above it, where one is loaded."""
    mine = message.direction is Direction.OUT
    here = message.interaction_id == chat.interaction_id
    age = ages.offset(message.at, chat.started_at)
    foreign = message.author if mine and message.author != chat.agent_name and not message.policy else ""
    found = explain(message, chat)
    problem, actions = _trouble(message, found)
    return ThreadRow(
        key=(message.id, ""),
        text=message.text,
        mine=mine,
        heading=_heading(message, before, chat, here=here),
        first_unread=first_unread,
        policy=_policy_words(message.policy),
        note=message.note,
        meta=" · ".join(part for part in (foreign, age, clock(message.at)) if part),
        tick=message.state if mine else None,
        tick_text=found.sentence if mine else "",
        by_word=bool(message.settled_by),
        details=_tr("The gateway said: {words}").format(words=message.reason_text) if message.reason_text else "",
        problem=problem,
        actions=actions,
        links=find_links(message.text),
        full_time=date_and_clock(message.at),
        attempt=message.attempt,
        author=_tr("Automatic text") if message.policy else foreign,
    )


def pending_row(pending: PendingSend, chat: ChatContext) -> ThreadRow:
    """The row of a text that waits on this computer (H1)."""
    problem, actions = _pending_trouble(pending)
    state = DeliveryState.FAILED if pending.state is PendingState.REFUSED else DeliveryState.QUEUED
    return ThreadRow(
        key=(0, pending.client_id),
        text=pending.text,
        mine=True,
        meta=" · ".join((ages.offset(pending.composed_at, chat.started_at), clock(pending.composed_at))),
        tick=state,
        tick_text=problem or _tr("On its way to the hub."),
        problem=problem,
        actions=actions,
        links=find_links(pending.text),
        full_time=date_and_clock(pending.composed_at),
    )


def explain(message: Message, chat: ChatContext) -> delivery.Explanation:
    """D2a: what became of the message, in one sentence."""
    return delivery.explain(
        message.state,
        message.reason,
        who=chat.customer or _tr("the customer"),
        retry_at=_when(message),
        settled_by=message.settled_by,
    )


def _when(message: Message) -> str:
    """The time of the next attempt, with its day where that is another than the message's."""
    due = message.retry_at
    if due is None:
        return ""
    return clock(due) if day_of(due) == day_of(message.at) else f"{clock(due)}, {short_day(due)}"


_ACTIONS = {
    DeliveryAction.SETTLE: (RowAction.ARRIVED, RowAction.NOT_ARRIVED),
    DeliveryAction.SEND_AGAIN: (RowAction.SEND_AGAIN, RowAction.TEXT_AGAIN),
    DeliveryAction.CHECK_CONNECTION: (RowAction.SEND_AGAIN, RowAction.TEXT_AGAIN),
    DeliveryAction.CALL: (RowAction.CALL,),
    DeliveryAction.CHECK_NUMBER: (RowAction.CHECK_NUMBER,),
    DeliveryAction.CANCEL: (RowAction.CANCEL,),
}
_TROUBLED = (DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.UNDELIVERED)


def _trouble(message: Message, found: delivery.Explanation) -> tuple[str, tuple[RowAction, ...]]:
    waits = message.state in (DeliveryState.QUEUED, DeliveryState.SCHEDULED) and message.retry_at is not None
    if message.direction is not Direction.OUT or not (waits or message.settled_by or message.state in _TROUBLED):
        return "", ()
    automatic = message.policy and found.action not in (DeliveryAction.SETTLE, DeliveryAction.CANCEL)
    actions = () if automatic else _ACTIONS.get(found.action, ())
    if message.settled_by and message.state is DeliveryState.DELIVERED:
        actions = (RowAction.NOT_ARRIVED,)
    elif message.settled_by:
        actions = (*actions, RowAction.ARRIVED)
    return found.sentence, actions


def _pending_trouble(pending: PendingSend) -> tuple[str, tuple[RowAction, ...]]:
    match pending.state:
        case PendingState.ASK:
            why = pending.problem.text if pending.problem else _tr("This text has waited. Is it still right?")
            is_quiet = pending.problem is not None and pending.problem.code == QuietHoursError.code
            yes = RowAction.SEND_ANYWAY if is_quiet else RowAction.SEND_NOW
            return why, (yes, RowAction.TAKE_BACK, RowAction.DISCARD)
        case PendingState.REFUSED:
            why = pending.problem.text if pending.problem else _tr("The hub refused this text.")
            return _tr("Not sent. {why}").format(why=why), (RowAction.TAKE_BACK, RowAction.DISCARD)
        case PendingState.WAITING:
            return _tr("Waits for the link to the hub and goes by itself."), (RowAction.TAKE_BACK,)
        case _:
            return "", ()


def _policy_words(policy: str) -> str:
    return _tr("Automatic · {policy}").format(policy=policy.replace("_", " ")) if policy else ""


def _heading(message: Message, before: Message | None, chat: ChatContext, *, here: bool) -> str:
    new_chat = before is None or before.interaction_id != message.interaction_id
    if here and new_chat:
        return _tr("This chat · started {time}").format(time=clock_seconds(chat.started_at))
    new_case = before is None or (before.case_label, before.case_agent) != (message.case_label, message.case_agent)
    if not here and (new_chat or new_case):
        case = _tr("case {label}").format(label=message.case_label) if message.case_label else ""
        return " · ".join(part for part in (ages.offset(message.at, chat.started_at), case, message.case_agent) if part)
    if before is not None and day_of(before.at) != day_of(message.at):
        return day_name(day_of(message.at))
    return ""
