"""A new attempt at a message that failed (E6): the same row, the same text, through the gate again."""

from sqlalchemy import bindparam, delete, insert

from cti_client.domain.delivery import DeliveryState
from cti_client.domain.errors import BadRequestError, ChatEndedError, NoConnectionError, NotFoundError
from cti_client.domain.interaction import Direction
from cti_client.domain.sms_text import measure
from cti_client.hub.services.deliveries import lock_message, shown_state
from cti_client.hub.services.gate import Way, clear
from cti_client.hub.services.interactions import live_interaction
from cti_client.hub.services.lines import line_by_id
from cti_client.hub.services.outgoing import enqueue
from cti_client.hub.store.change import change_row
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import message, message_attempt, outbox
from cti_client.wire import api

_DROP = Statement(delete(outbox).where(outbox.c.message_id == bindparam("message")))
_ENDED = (DeliveryState.FAILED, DeliveryState.UNDELIVERED)


def resend_message(tx: Tx, agent_id: int, message_id: int, resend: api.Resend) -> None:
    """Queue it again; how the attempt before had ended is kept. A second time nothing happens.

    The agent must hold a chat with its customer, else `ChatEndedError`. Raises what the gate raises, `BadRequestError`
    where it has not failed (it may have arrived meanwhile) and `NoConnectionError`.
    """
    locked = lock_message(tx, message_id)
    if locked is None or locked[1].direction != Direction.OUT:
        raise NotFoundError("This message does not exist.")
    customer, row = locked
    chat = live_interaction(tx, row.thread_id)
    if chat is None or chat.agent_id != agent_id:
        raise ChatEndedError("This chat is not yours.")
    if row.attempt > resend.attempt:
        return
    shown = shown_state(tx, row)
    if shown not in _ENDED:
        raise BadRequestError("This text has not failed, so it is not sent again.")
    line = line_by_id(tx.conn, row.line_id)
    assert line is not None
    cleared = clear(tx, Way.RESEND, customer, line, row.text, chat=chat, in_quiet_hours=resend.in_quiet_hours)
    if cleared.connection_id is None:
        raise NoConnectionError("No connection can send from this line.")
    ended = {
        "message_id": row.id,
        "attempt": row.attempt,
        "at": row.at,
        "ended_at": tx.now,
        "state": shown,
        "reason": row.reason,
        "reason_text": row.reason_text,
        "gateway_id": row.gateway_id,
        "connection_id": row.connection_id,
        "agent_id": agent_id,
        "settlement_id": row.settlement_id if shown != row.state else None,
    }
    tx.conn.execute(insert(message_attempt).values(ended))
    again = {
        "attempt": row.attempt + 1,
        "state": DeliveryState.QUEUED,
        "state_at": tx.now,
        "reason": None,
        "reason_text": "",
        "gateway_id": "",
        "parts": measure(row.text).parts,
        "connection_id": cleared.connection_id,
        "checked_consent": cleared.consent,
        "local_time": cleared.local_time,
        "settlement_id": None,
    }
    change_row(tx.conn, message, row.id, again)
    _DROP.run(tx.conn, {"message": row.id})  # a report may have said that it failed before the submit was answered
    enqueue(tx, row.id, cleared)
    tx.news.message(row.id)
