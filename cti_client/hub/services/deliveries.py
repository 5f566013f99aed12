"""The delivery state of a message moves forward (D3), whatever news comes in whatever order."""

from sqlalchemy import bindparam, select

from cti_client.domain import Millis
from cti_client.domain.consent import CARRIER_REFUSED, ConsentState
from cti_client.domain.delivery import DeliveryState, FailureReason, advance, with_word
from cti_client.hub.services.consents import change_consent
from cti_client.hub.services.customers import lock_contacts
from cti_client.hub.services.threads import lock_thread
from cti_client.hub.store.change import change_row
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import message, settlement

_THREAD = Statement(select(message.c.thread_id).where(message.c.id == bindparam("id")))
_MESSAGE = Statement(select(message).where(message.c.id == bindparam("id")).with_for_update())
_WORD = Statement(
    select(settlement.c.arrived).where(
        settlement.c.id == bindparam("id"),
        settlement.c.attempt == bindparam("attempt"),
    )
)


def lock_message(tx: Tx, message_id: int) -> tuple[AnyRow, AnyRow] | None:
    """Thread and message, locked in this order; None where there is no such message."""
    thread_id = _THREAD.scalar(tx.conn, {"id": message_id})
    if thread_id is None:
        return None
    thread_row = lock_thread(tx, thread_id)
    return thread_row, _MESSAGE.one(tx.conn, {"id": message_id})


def shown_state(tx: Tx, row: AnyRow) -> DeliveryState:
    """What people are shown of a locked message: its state, or an agent's word where that stands (D4)."""
    arrived = None
    if row.settlement_id is not None:
        arrived = _WORD.scalar(tx.conn, {"id": row.settlement_id, "attempt": row.attempt})
    return with_word(DeliveryState(row.state), arrived)


def move_message(
    tx: Tx,
    row: AnyRow,
    event: DeliveryState,
    *,
    reason: FailureReason | None = None,
    reason_text: str = "",
    at: Millis | None = None,
    **more: object,
) -> DeliveryState:
    """Advance a locked message by `event` and return its state; nothing changes where the event is behind it.

    `reason` counts only with the state it explains. `more` are further columns, set in any case.
    """
    before = DeliveryState(row.state)
    after = advance(before, event)
    values = {name: value for name, value in more.items() if getattr(row, name) != value}
    if after is not before:
        failed = after in (DeliveryState.FAILED, DeliveryState.UNDELIVERED, DeliveryState.UNKNOWN)
        values |= {
            "state": after,
            "state_at": tx.now if at is None else min(at, tx.now),
            "reason": reason if failed else None,
            "reason_text": reason_text if failed else "",
        }
    if values:
        change_row(tx.conn, message, row.id, values)
        tx.news.message(row.id)
    return after


def opted_out_by_gateway(tx: Tx, thread_row: AnyRow, row: AnyRow, words: str) -> None:
    """The gateway refused a text because the customer had opted out there: so they have here (B8)."""
    lock_contacts(tx, thread_row.address)
    change_consent(
        tx,
        thread_row,
        row.line_id,
        ConsentState.OPTED_OUT,
        basis=CARRIER_REFUSED,
        words=words,
        message_id=row.id,
    )
