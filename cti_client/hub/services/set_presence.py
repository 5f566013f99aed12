"""An agent's presence (C2), by the agent's wish or by the link's state."""

from sqlalchemy import select, update

from cti_client.domain.agent import Presence
from cti_client.domain.errors import NotFoundError
from cti_client.domain.offer import OfferState
from cti_client.hub.services.answer_offer import end_offer
from cti_client.hub.services.route_offers import back_to_queue, route_offers
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import agent, interaction, offer, thread

LINK_LOST = "link lost"


def set_presence(tx: Tx, agent_id: int, presence: Presence, reason: str) -> None:
    """What the agent wishes. Turning available brings the queued chats; going offline passes standing offers on.

    Offers that stand before an agent who turns busy or away may still be answered until they lapse.
    """
    _set(tx, agent_id, presence, reason, before="")


def agent_connected(tx: Tx, agent_id: int) -> None:
    """The agent's desk is (back) on the line: the presence it had before its link was lost holds again.

    A first sign-in makes available. An agent who chose Offline stays so.
    """
    row = _agent(tx, agent_id)
    if row.presence == Presence.OFFLINE and row.presence_before:
        _set(tx, agent_id, Presence(row.presence_before), "", before="")


def agent_gone(tx: Tx, agent_id: int) -> None:
    """The agent's link has been lost for longer than the grace time: standing offers move on, open chats stay (C6)."""
    row = _agent(tx, agent_id)
    if row.presence != Presence.OFFLINE:
        _set(tx, agent_id, Presence.OFFLINE, LINK_LOST, before=row.presence)


def _agent(tx: Tx, agent_id: int) -> AnyRow:
    row = tx.conn.execute(select(agent).where(agent.c.id == agent_id)).first()
    if row is None:
        raise NotFoundError("This agent does not exist.")
    return row


def _set(tx: Tx, agent_id: int, presence: Presence, reason: str, *, before: str) -> None:
    now_is = _agent(tx, agent_id)
    if presence is Presence.OFFLINE:
        _withdraw_offers(tx, agent_id)
    values: dict[str, object] = {"presence": presence, "presence_reason": reason, "presence_before": before}
    if presence is Presence.AVAILABLE and now_is.presence != Presence.AVAILABLE:
        values["idle_since"] = tx.now
    tx.conn.execute(update(agent).where(agent.c.id == agent_id).values(values))
    tx.news.topic("presence")
    route_offers(tx)
    # A chat may be queuing in a transaction that does not see this agent yet: look again after the commit.
    tx.wakes.add("offers")


def _withdraw_offers(tx: Tx, agent_id: int) -> None:
    standing = tx.conn.execute(
        select(offer.c.id, offer.c.interaction_id)
        .join(interaction, interaction.c.id == offer.c.interaction_id)
        .join(thread, thread.c.id == interaction.c.thread_id)
        .where(offer.c.agent_id == agent_id, offer.c.state == OfferState.OPEN)
        .order_by(thread.c.id)
        .with_for_update(of=thread)
    ).all()
    for row in standing:
        if end_offer(tx, row.id, OfferState.WITHDRAWN):
            back_to_queue(tx, row.interaction_id, "")
