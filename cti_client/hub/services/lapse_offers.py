"""Offers whose time is over go on to the next agent, or to the Waiting list (C3)."""

from sqlalchemy import func, select

from cti_client.domain import Millis
from cti_client.domain.offer import OfferState
from cti_client.hub.services.answer_offer import end_offer
from cti_client.hub.services.events import note_event
from cti_client.hub.services.route_offers import WHY_UNANSWERED, back_to_queue, route_offers
from cti_client.hub.store.conditions import OFFER_IS_OPEN
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import interaction, offer, thread


def lapse_offers(tx: Tx) -> Millis | None:
    """Lapse what is due and route it on; returns the next deadline, None where no offer stands."""
    due = tx.conn.execute(
        select(offer.c.id, offer.c.interaction_id, offer.c.agent_id)
        .join(interaction, interaction.c.id == offer.c.interaction_id)
        .join(thread, thread.c.id == interaction.c.thread_id)
        .where(OFFER_IS_OPEN, offer.c.deadline <= tx.now)
        .order_by(thread.c.id)
        .with_for_update(of=thread)
    ).all()
    for row in due:
        if end_offer(tx, row.id, OfferState.LAPSED):
            note_event(tx, row.interaction_id, "lapsed", agent_id=row.agent_id)
            back_to_queue(tx, row.interaction_id, WHY_UNANSWERED)
    route_offers(tx)
    next_deadline: Millis | None = tx.conn.scalar(select(func.min(offer.c.deadline)).where(OFFER_IS_OPEN))
    return next_deadline
