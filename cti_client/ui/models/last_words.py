"""The last text of a chat in one line, with what became of it where it is ours: only what went is said to be sent."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from cti_client.desk.views import PendingSend, PendingState
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import Direction
from cti_client.wire.records import Interaction, Message

_TROUBLED = (DeliveryState.UNDELIVERED, DeliveryState.FAILED, DeliveryState.UNKNOWN)
_NEEDS_SOMEBODY = (PendingState.ASK, PendingState.REFUSED)

LONGEST = 120
"""Characters that a row takes at most; what the hub tells of a last text is no longer."""


def last_words(chat: Interaction, messages: Sequence[Message], pending: Sequence[PendingSend]) -> str:
    """What the row of a chat says. `messages`: those held of it; `pending`: its texts that wait on this computer."""
    mine = chat.last_direction is Direction.OUT
    if pending and (mine or pending[-1].composed_at >= chat.last_at):
        return _pending_frame(pending[-1].state).format(text=_line(pending[-1].text))
    text = _line(chat.last_text)
    if not mine or not text:
        return text
    # Not "You": the record does not tell an automatic text from one of the agent's.
    last = max(messages, key=lambda message: message.id, default=None)
    known = last is not None and last.direction is Direction.OUT
    return _frame(last.state if last is not None and known else None).format(text=text)


def is_troubled(messages: Sequence[Message], pending: Sequence[PendingSend]) -> bool:
    """Whether a text of ours since the customer's last has not gone through, also where others have gone after it."""
    if any(one.state in _NEEDS_SOMEBODY for one in pending):
        return True
    last = max((message.id for message in messages if message.direction is Direction.IN), default=0)
    return any(message.id > last and message.state in _TROUBLED for message in messages)


def _frame(state: DeliveryState | None) -> str:
    match state:
        case DeliveryState.SENT | DeliveryState.DELIVERED:
            return _tr("Sent: {text}")
        case DeliveryState.SCHEDULED | DeliveryState.QUEUED:
            return _tr("Not sent yet: {text}")
        case DeliveryState.SENDING:
            return _tr("Sending: {text}")
        case DeliveryState.UNDELIVERED | DeliveryState.FAILED:
            return _tr("Not delivered: {text}")
        case DeliveryState.UNKNOWN:
            return _tr("Perhaps not sent: {text}")
        case DeliveryState.CANCELLED:
            return _tr("Cancelled: {text}")
        case _:
            return _tr("Outgoing: {text}")


def _pending_frame(state: PendingState) -> str:
    match state:
        case PendingState.SENDING:
            return _tr("Sending: {text}")
        case PendingState.REFUSED:
            return _tr("Not sent: {text}")
        case _:
            return _tr("Not sent yet: {text}")


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _tr(text: str) -> str:
    return QCoreApplication.translate("LastWords", text)
