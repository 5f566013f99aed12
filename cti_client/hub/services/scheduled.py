"""Texts that wait for their time (D3, B9): when due, each passes the gate again, since much may have changed.

So does what waits for a connection that was removed (D6): the gate leads it another way, or it fails and says so.
"""

from sqlalchemy import Connection, bindparam, delete, false, func, select

from cti_client.domain import Millis
from cti_client.domain.auto_text import AutoPolicy
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import (
    OPTED_OUT_TEXT,
    BadRequestError,
    ChatEndedError,
    NotFoundError,
    OptedOutError,
    RuleError,
)
from cti_client.hub.services.auto_texts import answers
from cti_client.hub.services.deliveries import lock_message, move_message
from cti_client.hub.services.gate import Way, clear
from cti_client.hub.services.interactions import live_interaction
from cti_client.hub.services.lines import line_by_id
from cti_client.hub.services.outgoing import NO_CONNECTION_YET, SCHEDULE, hold_text, release_text
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import connection, outbox
from cti_client.wire import api

AT_ONCE = 20
"""Due texts that one transaction lets go: it holds the locks of so many customers."""

_SCHEDULED = outbox.c.connection_id == NO_CONNECTION_YET
_NEXT = Statement(select(func.min(outbox.c.due_at)).where(_SCHEDULED))
_DUE = Statement(
    select(outbox.c.message_id, outbox.c.thread_id)
    .where(_SCHEDULED, outbox.c.due_at <= bindparam("now"))
    .order_by(outbox.c.due_at)
    .limit(bindparam("most"))
)
_DROP = Statement(delete(outbox).where(outbox.c.message_id == bindparam("message"), _SCHEDULED))


def next_scheduled(conn: Connection) -> Millis | None:
    """When the next scheduled text is due."""
    due: Millis | None = _NEXT.scalar(conn)
    return due


def release_due(tx: Tx, most: int = AT_ONCE) -> Millis | None:
    """Let go what is due, as far as it may; returns when the next is due."""
    due = _DUE.rows(tx.conn, {"now": tx.now, "most": most})
    for message_id in [row.message_id for row in sorted(due, key=lambda row: (row.thread_id, row.message_id))]:
        locked = lock_message(tx, message_id)
        if locked is not None:
            _release(tx, *locked)
    return next_scheduled(tx.conn)


def lead_stranded(tx: Tx) -> None:
    """What waits for a connection that is there no more passes the gate anew."""
    gone = tx.conn.scalars(select(connection.c.id).where(connection.c.active == false())).all()
    if not gone:
        return
    is_stranded = outbox.c.connection_id.in_(gone), outbox.c.taken_until.is_(None)
    columns = outbox.c.message_id, outbox.c.thread_id
    stranded = tx.conn.execute(select(*columns).where(*is_stranded).order_by(outbox.c.thread_id, outbox.c.message_id))
    for entry in stranded.all():
        locked = lock_message(tx, entry.message_id)
        still = outbox.c.message_id == entry.message_id, *is_stranded
        if locked is not None and tx.conn.execute(select(*columns).where(*still).with_for_update()).first():
            hold_text(tx, entry.message_id, tx.now)


def cancel_message(tx: Tx, agent_id: int, message_id: int, _cancel: api.Cancel) -> None:
    """A scheduled text does not go after all. A second time nothing happens.

    The agent must hold a chat with its customer, else `ChatEndedError`. Raises `BadRequestError` where it has gone.
    """
    locked = lock_message(tx, message_id)
    if locked is None:
        raise NotFoundError("This message does not exist.")
    row = locked[1]
    chat = live_interaction(tx, row.thread_id)
    if chat is None or chat.agent_id != agent_id:
        raise ChatEndedError("This chat is not yours.")
    if row.state == DeliveryState.CANCELLED:
        return
    if row.state != DeliveryState.SCHEDULED:
        raise BadRequestError("It is too late to cancel this text: it is on its way.")
    _end(tx, row, DeliveryState.CANCELLED)


def _release(tx: Tx, customer: AnyRow, row: AnyRow) -> None:
    if row.state != DeliveryState.SCHEDULED:
        return  # another hub was faster, or it was cancelled
    line = line_by_id(tx.conn, row.line_id)
    assert line is not None
    way = Way(row.policy) if row.policy else Way.HELD
    if row.policy and not answers(tx, line, AutoPolicy(row.policy)):
        _end(tx, row, DeliveryState.CANCELLED)  # turned off meanwhile
        return
    try:
        cleared = clear(tx, way, customer, line, row.text, of_chat=row.interaction_id)
    except OptedOutError:
        _end(tx, row, DeliveryState.FAILED, FailureReason.OPTED_OUT, OPTED_OUT_TEXT)
    except RuleError as error:
        if row.policy:
            _end(tx, row, DeliveryState.CANCELLED)
        else:  # a person waits for it and is told
            _end(tx, row, DeliveryState.FAILED, text=str(error))
    else:
        if cleared.connection_id is None:
            _end(tx, row, DeliveryState.FAILED, FailureReason.NO_ROUTING_RULE)
        else:
            release_text(tx, row, cleared)


def _end(tx: Tx, row: AnyRow, state: DeliveryState, reason: FailureReason | None = None, text: str = "") -> None:
    _DROP.run(tx.conn, {"message": row.id})
    move_message(tx, row, state, reason=reason, reason_text=text)
    tx.wakes.add(SCHEDULE)
