"""A text on its way to a customer: the message and its place in the outbox, in one transaction."""

from sqlalchemy import update

from cti_client.domain import Millis
from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.interaction import Direction
from cti_client.domain.sms_text import measure
from cti_client.hub.services.gate import Cleared
from cti_client.hub.store.change import change_row
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import message, outbox
from cti_client.hub.store.upsert import insert_or_nothing, insert_row

NO_CONNECTION_YET = ""
"""In the outbox: the text is scheduled. No worker of a connection sees it, and it stands in nobody's way."""

SCHEDULE = "schedule"
"""Woken where a text was scheduled."""


def queue_text(
    tx: Tx,
    cleared: Cleared,
    *,
    interaction_id: int | None,
    agent_id: int | None = None,
    client_id: str | None = None,
) -> int | None:
    """Store one outbound text and queue it on its connection; the new message's id.

    Where no connection serves it the message is failed at once (D6); where it may not go yet it is scheduled (D3), and
    its connection is chosen when it goes. None: `client_id` is taken already.
    """
    size = measure(cleared.text)
    served = cleared.connection_id is not None
    state = DeliveryState.QUEUED if cleared.due_at is None else DeliveryState.SCHEDULED
    message_id = insert_or_nothing(
        tx.conn,
        message,
        {
            "thread_id": cleared.thread_id,
            "interaction_id": interaction_id,
            "line_id": cleared.line_id,
            "direction": Direction.OUT,
            "at": tx.now,
            "text": cleared.text,
            "state": state if served else DeliveryState.FAILED,
            "state_at": tx.now,
            "client_id": client_id,
            "agent_id": agent_id,
            "policy": cleared.policy,
            "parts": size.parts,
            "encoding": size.encoding,
            "reason": None if served else FailureReason.NO_ROUTING_RULE,
            "connection_id": cleared.connection_id if cleared.due_at is None else None,
            "checked_consent": cleared.consent,
            "local_time": cleared.local_time,
        },
    )
    if message_id is None:
        return None
    if served:
        enqueue(tx, int(message_id), cleared)
    tx.news.message(message_id)
    return int(message_id)


def enqueue(tx: Tx, message_id: int, cleared: Cleared) -> None:
    """Give a stored text its place behind the customer's others, or among what is scheduled."""
    place = {"message_id": message_id, "thread_id": cleared.thread_id}
    if cleared.due_at is None:
        insert_row(tx.conn, outbox, {**place, "connection_id": cleared.connection_id, "due_at": tx.now})
        tx.wakes.add("outbox")
    else:
        insert_row(tx.conn, outbox, {**place, "connection_id": NO_CONNECTION_YET, "due_at": cleared.due_at})
        tx.wakes.add(SCHEDULE)


def release_text(tx: Tx, row: AnyRow, cleared: Cleared) -> None:
    """A locked scheduled text goes now, or waits for `cleared.due_at` where it may still not go."""
    waits = cleared.due_at is not None
    place = NO_CONNECTION_YET if waits else cleared.connection_id
    due_at = cleared.due_at if waits else tx.now
    at = outbox.c.message_id == row.id
    tx.conn.execute(update(outbox).where(at).values(connection_id=place, due_at=due_at))
    values: dict[str, object] = {"checked_consent": cleared.consent, "local_time": cleared.local_time}
    if not waits:
        values |= {"state": DeliveryState.QUEUED, "state_at": tx.now, "connection_id": cleared.connection_id}
    change_row(tx.conn, message, row.id, values)
    tx.news.message(row.id)
    tx.wakes.add(SCHEDULE if waits else "outbox")


def hold_text(tx: Tx, message_id: int, until: Millis) -> None:
    """A text that waits in the outbox is scheduled, and passes the gate again then. Its place there must be locked."""
    at = outbox.c.message_id == message_id
    tx.conn.execute(update(outbox).where(at).values(connection_id=NO_CONNECTION_YET, due_at=until))
    waits = {"state": DeliveryState.SCHEDULED, "state_at": tx.now, "reason_text": "", "connection_id": None}
    change_row(tx.conn, message, message_id, waits)
    tx.news.message(message_id)
    tx.wakes |= {SCHEDULE, "outbox"}  # the customer's next text may go now
