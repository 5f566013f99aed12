"""An agent sends a text (A6, B5, B8, B9, H1): stored and queued in one transaction, once by the desktop's id."""

from sqlalchemy import bindparam, select

from cti_client.domain import Millis
from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import BadRequestError, QuietHoursError, StaleSendError
from cti_client.hub.services.cases import touch_case
from cti_client.hub.services.gate import Way, clear
from cti_client.hub.services.interactions import held_interaction, touch
from cti_client.hub.services.lines import line_by_id
from cti_client.hub.services.outgoing import queue_text
from cti_client.hub.store.consent_states import CONSENT_LINE, CONSENT_LINE_ASKED
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import consent_ledger, line, message
from cti_client.wire import api

STALE_AFTER: Millis = 2 * 60_000
"""A text that waited longer than this asks first (H1)."""

CLOCK_TOLERANCE: Millis = 2_000
"""The desktop estimates the hub's clock; less than this apart, two instants are not told apart."""

_BY_CLIENT_ID = Statement(select(message.c.id, message.c.agent_id).where(message.c.client_id == bindparam("client_id")))
_OPTED_OUT_SINCE = Statement(
    select(consent_ledger.c.id)
    .join(line, line.c.id == consent_ledger.c.line_id)
    .where(
        consent_ledger.c.address == bindparam("address"),
        CONSENT_LINE == CONSENT_LINE_ASKED,
        consent_ledger.c.at > bindparam("since"),
        consent_ledger.c.state == ConsentState.OPTED_OUT.value,
    )
    .limit(1)
)


def send_sms(tx: Tx, agent_id: int, send: api.Send) -> int:
    """Queue the text for the chat's customer; the message's id. A second Send with the same id answers the same.

    Nothing is stored where it is refused. Raises `ChatEndedError`, what the gate raises and, unless confirmed,
    `StaleSendError`.
    """
    known = _known(tx, agent_id, send.client_id)
    if known is not None:
        return known
    if not send.client_id:
        raise BadRequestError("A message needs an id of its own.")
    customer, chat = held_interaction(tx, send.interaction_id, agent_id)
    ours = line_by_id(tx.conn, chat.line_id)
    assert ours is not None
    try:
        cleared = clear(tx, Way.AGENT_SEND, customer, ours, send.text, chat=chat, in_quiet_hours=send.in_quiet_hours)
    except QuietHoursError:
        _refuse_stale(tx, customer, chat, send)  # asked first: a yes to the hour must not answer that too
        raise
    _refuse_stale(tx, customer, chat, send)
    message_id = queue_text(tx, cleared, interaction_id=chat.id, agent_id=agent_id, client_id=send.client_id)
    if message_id is None:  # the same Send, committed by another request since we looked
        message_id = _known(tx, agent_id, send.client_id)
        assert message_id is not None
        return message_id
    touch(tx, chat.id, waiting_since=None)
    touch_case(tx, chat.case_id)
    return message_id


def _known(tx: Tx, agent_id: int, client_id: str) -> int | None:
    row = _BY_CLIENT_ID.first(tx.conn, {"client_id": client_id})
    if row is None:
        return None
    if row.agent_id != agent_id:
        raise BadRequestError("This message id is taken.")
    return int(row.id)


def _refuse_stale(tx: Tx, customer: AnyRow, chat: AnyRow, send: api.Send) -> None:
    """Ask the person, unless they were, where time or somebody else's act came between Send and now (H1)."""
    if send.confirmed:
        return
    composed_at = send.composed_at
    if tx.now - composed_at > STALE_AFTER:
        raise StaleSendError("This text waited for more than two minutes. Send it now?")
    if chat.accepted_at is not None and chat.accepted_at > composed_at + CLOCK_TOLERANCE:
        raise StaleSendError("The chat changed hands after this text was written. Send it now?")
    meanwhile = {"address": customer.address, "line": chat.line_id, "since": composed_at}
    if _OPTED_OUT_SINCE.first(tx.conn, meanwhile) is not None:
        raise StaleSendError("The customer opted out and in again after this text was written. Send it now?")
