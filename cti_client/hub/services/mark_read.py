"""The agent has seen the customer's texts (A9)."""

from sqlalchemy import func, select

from cti_client.domain.interaction import Direction
from cti_client.hub.services.interactions import held_interaction, touch
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import message
from cti_client.wire import api


def mark_read(tx: Tx, agent_id: int, interaction_id: int, mark: api.MarkRead) -> None:
    """Everything up to this message is read; texts after it stay unread. Never goes back. Raises `ChatEndedError`."""
    _, chat = held_interaction(tx, interaction_id, agent_id)
    read_up_to = max(chat.read_up_to, mark.message_id)
    later = select(func.count()).where(
        message.c.interaction_id == chat.id, message.c.id > read_up_to, message.c.direction == Direction.IN
    )
    unread = tx.conn.scalar(later) or 0
    if (read_up_to, unread) != (chat.read_up_to, chat.unread):
        touch(tx, chat.id, read_up_to=read_up_to, unread=unread)
