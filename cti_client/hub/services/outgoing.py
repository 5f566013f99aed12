"""A text on its way to a customer: the message and its place in the outbox, in one transaction."""

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.interaction import Direction
from cti_client.domain.sms_text import measure
from cti_client.hub.services.gate import Cleared
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import message, outbox
from cti_client.hub.store.upsert import insert_or_nothing, insert_row


def queue_text(
    tx: Tx,
    cleared: Cleared,
    *,
    interaction_id: int | None,
    agent_id: int | None = None,
    client_id: str | None = None,
) -> int | None:
    """Store one outbound text and queue it on its connection; the new message's id.

    Where no connection serves it the message is failed at once (D6). None: `client_id` is taken already.
    """
    size = measure(cleared.text)
    served = cleared.connection_id is not None
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
            "state": DeliveryState.QUEUED if served else DeliveryState.FAILED,
            "state_at": tx.now,
            "client_id": client_id,
            "agent_id": agent_id,
            "policy": cleared.policy,
            "parts": size.parts,
            "encoding": size.encoding,
            "reason": None if served else FailureReason.NO_ROUTING_RULE,
            "connection_id": cleared.connection_id,
            "checked_consent": cleared.consent,
        },
    )
    if message_id is None:
        return None
    if served:
        enqueue(tx, int(message_id), cleared)
    tx.news.message(message_id)
    return int(message_id)


def enqueue(tx: Tx, message_id: int, cleared: Cleared) -> None:
    """Give a stored text its place behind the customer's others."""
    place = {"message_id": message_id, "thread_id": cleared.thread_id, "connection_id": cleared.connection_id}
    insert_row(tx.conn, outbox, {**place, "due_at": tx.now})
    tx.wakes.add("outbox")
