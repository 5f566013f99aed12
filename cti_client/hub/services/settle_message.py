"""The agent decides what became of a message of which nobody else knows (D4)."""

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.domain.errors import ChatEndedError, NotFoundError
from cti_client.hub.services.deliveries import lock_message, move_message
from cti_client.hub.services.interactions import live_interaction
from cti_client.hub.store.store import Tx
from cti_client.wire import api


def settle_message(tx: Tx, agent_id: int, message_id: int, settle: api.Settle) -> None:
    """An `unknown` message arrived, or did not. Where a report was faster, or it is settled, nothing changes.

    The agent must have sent it or hold a chat with its customer, else `ChatEndedError`.
    """
    locked = lock_message(tx, message_id)
    if locked is None:
        raise NotFoundError("This message does not exist.")
    _, row = locked
    if row.agent_id != agent_id:
        chat = live_interaction(tx, row.thread_id)
        if chat is None or chat.agent_id != agent_id:
            raise ChatEndedError("This chat is not yours.")
    if row.state == DeliveryState.UNKNOWN:
        event = DeliveryState.DELIVERED if settle.arrived else DeliveryState.FAILED
        reason = None if settle.arrived else FailureReason.UNANSWERED
        move_message(tx, row, event, reason=reason)
