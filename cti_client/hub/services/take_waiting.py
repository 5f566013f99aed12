"""An agent pulls a chat from the Waiting list (C3)."""

from sqlalchemy import select

from cti_client.domain.interaction import CaseChoice, InteractionState
from cti_client.domain.offer import OfferState
from cti_client.hub.services.answer_offer import end_offer, gone
from cti_client.hub.services.interactions import lock_interaction, open_for_agent, resume_chat
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import offer
from cti_client.wire import api


def take_waiting(tx: Tx, agent_id: int, interaction_id: int, take: api.Take) -> api.Accepted:
    """The chat is this agent's. A second Take of the same agent answers the same.

    Raises `OfferGoneError` where somebody else has it or is just being asked, or where it has ended.
    """
    _, chat = lock_interaction(tx, interaction_id)
    return take_chat(tx, chat, agent_id, take.choice, "taken")


def take_chat(tx: Tx, chat: AnyRow, agent_id: int, choice: CaseChoice | None, kind: str) -> api.Accepted:
    """Give a locked chat that is not open yet to this agent; one that stands before this agent counts as accepted."""
    if chat.agent_id == agent_id and chat.state != InteractionState.ENDED:
        if chat.state != InteractionState.OPEN:
            resume_chat(tx, chat)
        return api.Accepted(interaction_id=chat.id, case_id=chat.case_id, thread_id=chat.thread_id)
    if chat.state == InteractionState.OFFERED:
        mine = select(offer.c.id).where(offer.c.interaction_id == chat.id, offer.c.state == OfferState.OPEN)
        offer_id = tx.conn.scalar(mine)
        if offer_id is not None and end_offer(tx, offer_id, OfferState.ACCEPTED, agent_id=agent_id):
            return open_for_agent(tx, chat, agent_id, choice, "accepted", as_of=chat.started_at)
    if chat.state not in (InteractionState.QUEUED, InteractionState.WAITING):
        raise gone(tx, chat, agent_id)
    return open_for_agent(tx, chat, agent_id, choice, kind, as_of=chat.started_at)
