"""Offers whose time is over go on to the next agent, or to the Waiting list (C3).

Every hub sweeps. What another transaction is busy with is passed over: it, or the next sweep, sees to that.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, func, or_, select
from sqlalchemy import case as when

from cti_client.domain import Millis
from cti_client.domain.agent import AWAY_FROM_OFFERS
from cti_client.domain.offer import OfferState
from cti_client.hub.services.answer_offer import end_offer
from cti_client.hub.services.events import note_event
from cti_client.hub.services.misses import note_misses
from cti_client.hub.services.route_offers import WHY_UNANSWERED, back_to_queue, route_offers
from cti_client.hub.store.conditions import OFFER_IS_OPEN
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import agent, interaction, offer, thread

_NOBODY_THERE = or_(*(agent.c.presence == presence.value for presence in sorted(AWAY_FROM_OFFERS)))
_STANDING = (
    select(offer.c.id, offer.c.interaction_id, offer.c.agent_id, offer.c.deadline)
    .join(agent, agent.c.id == offer.c.agent_id)
    .join(interaction, interaction.c.id == offer.c.interaction_id)
    .join(thread, thread.c.id == interaction.c.thread_id)
    .where(OFFER_IS_OPEN)
    .order_by(thread.c.id)
    .with_for_update(of=thread, skip_locked=True)
)
_NEXT_DEADLINE = Statement(
    select(func.min(when((_NOBODY_THERE, 0), else_=offer.c.deadline)))
    .join(agent, agent.c.id == offer.c.agent_id)
    .where(OFFER_IS_OPEN)
)


def lapse_offers(tx: Tx) -> Millis | None:
    """Lapse what is due and route it on; returns the next deadline, None where no offer stands.

    An offer that stands before an agent who is not there any more is withdrawn, whatever its deadline.
    """
    due = _standing(tx, or_(offer.c.deadline <= tx.now, _NOBODY_THERE))
    lapsed = []
    for row in due:
        if row.deadline > tx.now:
            _withdraw(tx, row)
        elif end_offer(tx, row.id, OfferState.LAPSED):
            lapsed.append(row.agent_id)
            note_event(tx, row.interaction_id, "lapsed", agent_id=row.agent_id)
            back_to_queue(tx, row.interaction_id, WHY_UNANSWERED)
    note_misses(tx, lapsed)
    if lapsed:  # whoever missed too many just now has other requests before them perhaps
        for row in _standing(tx, _NOBODY_THERE):
            _withdraw(tx, row)
    route_offers(tx)
    return next_deadline(tx.conn)


def next_deadline(conn: Connection) -> Millis | None:
    """When there is something to lapse or withdraw; long ago for an offer before an agent who is not there."""
    deadline: Millis | None = _NEXT_DEADLINE.scalar(conn)
    return deadline


def _standing(tx: Tx, condition: ColumnElement[bool]) -> Sequence[AnyRow]:
    return tx.conn.execute(_STANDING.where(condition)).all()


def _withdraw(tx: Tx, row: AnyRow) -> None:
    if end_offer(tx, row.id, OfferState.WITHDRAWN):
        back_to_queue(tx, row.interaction_id, "")
