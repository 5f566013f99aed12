"""An agent answers a request: Accept or Decline (A3, C3). Two agents can never both get it."""

from sqlalchemy import select, update

from cti_client.domain.errors import NotFoundError, OfferGoneError
from cti_client.domain.interaction import InteractionState
from cti_client.domain.offer import OfferState
from cti_client.hub.services.events import note_event
from cti_client.hub.services.interactions import agent_name, lock_interaction, open_for_agent
from cti_client.hub.services.misses import answered
from cti_client.hub.services.route_offers import WHY_DECLINED, back_to_queue, route_offers
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import offer
from cti_client.wire import api


def accept_offer(tx: Tx, agent_id: int, offer_id: int, accept: api.Accept) -> api.Accepted:
    """The chat is this agent's, in the case by choice. A second Accept of the same agent answers the same.

    Raises `OfferGoneError` where the offer was answered, lapsed or withdrawn before, with who was faster.
    """
    chat = _lock_chat(tx, offer_id)
    if end_offer(tx, offer_id, OfferState.ACCEPTED, agent_id=agent_id, number=accept.number):
        made_at = tx.conn.scalar(select(offer.c.made_at).where(offer.c.id == offer_id)) or tx.now
        return open_for_agent(tx, chat, agent_id, accept.choice, "accepted", as_of=made_at)
    if chat.state == InteractionState.OPEN and chat.agent_id == agent_id:
        return api.Accepted(interaction_id=chat.id, case_id=chat.case_id, thread_id=chat.thread_id)
    raise gone(tx, chat, agent_id)


def decline_offer(tx: Tx, agent_id: int, offer_id: int, decline: api.Decline) -> None:
    """The request goes on to the next agent. Declining one that has lapsed or was withdrawn changes nothing.

    Raises `OfferGoneError` where this offer was accepted, or is not this agent's.
    """
    chat = _lock_chat(tx, offer_id)
    if end_offer(tx, offer_id, OfferState.DECLINED, agent_id=agent_id, number=decline.number):
        note_event(tx, chat.id, "declined", agent_id=agent_id)
        answered(tx, agent_id)
        back_to_queue(tx, chat.id, WHY_DECLINED)
        route_offers(tx)
        return
    row = tx.conn.execute(select(offer).where(offer.c.id == offer_id)).one()
    over = row.state in (OfferState.DECLINED, OfferState.LAPSED, OfferState.WITHDRAWN)
    if not over or (row.agent_id, row.number) != (agent_id, decline.number):
        raise gone(tx, chat, agent_id)


def end_offer(
    tx: Tx, offer_id: int, state: OfferState, *, agent_id: int | None = None, number: int | None = None
) -> bool:
    """Move an open offer to `state` by compare-and-set; False where it is not open, or not this agent's `number`."""
    is_it = [offer.c.id == offer_id, offer.c.state == OfferState.OPEN]
    if agent_id is not None:
        is_it.append(offer.c.agent_id == agent_id)
    if number is not None:
        is_it.append(offer.c.number == number)
    changed = tx.conn.execute(
        update(offer)
        .where(*is_it)
        .values(state=state, answered_at=tx.now, version=offer.c.version + 1)
        .returning(offer.c.id)
    ).first()
    if changed is not None:
        tx.news.offer(offer_id)
    return changed is not None


def gone(tx: Tx, chat: AnyRow, agent_id: int) -> OfferGoneError:
    """The sentence that tells where the chat is now."""
    if chat.state == InteractionState.OPEN:
        by = agent_name(tx, chat.agent_id)
        return OfferGoneError(f"Taken by {by}.", by)
    if chat.state == InteractionState.ENDED:
        return OfferGoneError("This chat has ended.")
    if chat.state == InteractionState.OFFERED:
        held = select(offer.c.agent_id).where(offer.c.interaction_id == chat.id, offer.c.state == OfferState.OPEN)
        holder = tx.conn.scalar(held)
        if holder is not None and holder != agent_id:
            by = agent_name(tx, holder)
            return OfferGoneError(f"The request stands before {by} now.", by)
        return OfferGoneError("The request was renewed meanwhile.")
    return OfferGoneError("The time to answer is over. The chat is in the Waiting list.")


def _lock_chat(tx: Tx, offer_id: int) -> AnyRow:
    interaction_id = tx.conn.scalar(select(offer.c.interaction_id).where(offer.c.id == offer_id))
    if interaction_id is None:
        raise NotFoundError("This request does not exist.")
    return lock_interaction(tx, interaction_id)[1]
