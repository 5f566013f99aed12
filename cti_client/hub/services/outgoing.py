"""A text on its way to a customer: the message and its place in the outbox, in one transaction."""

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.interaction import Direction
from cti_client.domain.sms_text import measure
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import message, outbox
from cti_client.hub.store.upsert import insert_or_nothing, insert_row


def queue_text(
    tx: Tx,
    *,
    thread_id: int,
    line: AnyRow,
    text: str,
    interaction_id: int | None,
    agent_id: int | None = None,
    client_id: str | None = None,
    policy: str = "",
) -> int | None:
    """Store one outbound text and queue it on its line's connection; the new message's id.

    On a line that no connection serves the message is failed at once (D6). None: `client_id` is taken already.
    """
    size = measure(text)
    served = line.connection_id is not None
    message_id = insert_or_nothing(
        tx.conn,
        message,
        {
            "thread_id": thread_id,
            "interaction_id": interaction_id,
            "line_id": line.id,
            "direction": Direction.OUT,
            "at": tx.now,
            "text": text,
            "state": DeliveryState.QUEUED if served else DeliveryState.FAILED,
            "state_at": tx.now,
            "client_id": client_id,
            "agent_id": agent_id,
            "policy": policy,
            "parts": size.parts,
            "encoding": size.encoding,
            "reason": None if served else FailureReason.NO_ROUTING_RULE,
        },
    )
    if message_id is None:
        return None
    if served:
        row = {"message_id": message_id, "thread_id": thread_id, "connection_id": line.connection_id, "due_at": tx.now}
        insert_row(tx.conn, outbox, row)
        tx.wakes.add("outbox")
    tx.news.message(message_id)
    return int(message_id)
