"""The Close action ends a chat; nothing else does (A8)."""

from sqlalchemy import bindparam, func, select

from cti_client.domain.errors import UnseenTextError
from cti_client.domain.interaction import Direction, InteractionEvent, InteractionState, next_state
from cti_client.hub.services.cases import close_case
from cti_client.hub.services.events import note_event
from cti_client.hub.services.interactions import agent_was_busy, held_interaction, lock_interaction, touch
from cti_client.hub.services.route_offers import route_offers
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import message
from cti_client.wire import api

_LAST_TEXT = Statement(
    select(func.max(message.c.id)).where(
        message.c.interaction_id == bindparam("chat"), message.c.direction == Direction.IN.value
    )
)


def close_chat(tx: Tx, agent_id: int, interaction_id: int, close: api.Close) -> None:
    """End the chat and close its case with the disposition. A second Close of the same agent changes nothing.

    `FOLLOW_UP` leaves the case pending. `notes`, where given, replace the case's. Raises `ChatEndedError`, and
    `UnseenTextError` where the customer has texted after what the agent had seen: nobody would look at that text.
    """
    _, chat = lock_interaction(tx, interaction_id)
    if chat.state == InteractionState.ENDED and chat.agent_id == agent_id:
        return
    chat = held_interaction(tx, interaction_id, agent_id)[1]
    if close.seen is not None and (_LAST_TEXT.scalar(tx.conn, {"chat": chat.id}) or 0) > close.seen:
        raise UnseenTextError("The customer has just texted again. Look at it before you close the chat.")
    ended = next_state(InteractionState.OPEN, InteractionEvent.CLOSED)
    touch(tx, chat.id, state=ended, ended_at=tx.now, disposition=close.disposition)
    tx.news.interaction(chat.id, former=agent_id)
    close_case(tx, chat.case_id, close.disposition, notes=close.notes)
    note_event(tx, chat.id, "closed", case_id=chat.case_id, agent_id=agent_id, detail=close.disposition)
    agent_was_busy(tx, agent_id)
    route_offers(tx)  # the agent has room for one more
