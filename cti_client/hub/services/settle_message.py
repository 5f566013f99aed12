"""The agent decides what became of a message of which nobody else knows (D4)."""

from cti_client.domain.delivery import DeliveryState, with_word
from cti_client.domain.errors import ChatEndedError, NotFoundError
from cti_client.hub.services.deliveries import lock_message, shown_state
from cti_client.hub.services.interactions import live_interaction
from cti_client.hub.store.change import change_row
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import message, settlement
from cti_client.hub.store.upsert import insert_row
from cti_client.wire import api


def settle_message(tx: Tx, agent_id: int, message_id: int, settle: api.Settle) -> None:
    """An `unknown` message arrived, or did not. Where a report was faster, or it is settled so, nothing changes.

    The word stands beside what is reported until a report outweighs it; until then it may be changed, by anybody who
    might have given it. "It did not arrive" after "it arrived", where the network said `sent` meanwhile, takes the
    first word back and leaves `sent`.

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
    reported, shown = DeliveryState(row.state), shown_state(tx, row)
    if reported is not DeliveryState.UNKNOWN and shown is reported:
        return
    if shown is with_word(DeliveryState.UNKNOWN, settle.arrived):
        return
    word = {
        "message_id": row.id,
        "attempt": row.attempt,
        "at": tx.now,
        "arrived": settle.arrived,
        "agent_id": agent_id,
    }
    change_row(tx.conn, message, row.id, {"settlement_id": insert_row(tx.conn, settlement, word)})
    tx.news.message(row.id)
