"""An agent's presence (C2), by the agent's wish or by the link's state (C6)."""

from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update

from cti_client.domain.agent import LONGEST_REASON, Presence
from cti_client.domain.errors import BadRequestError, NotFoundError
from cti_client.domain.offer import OfferState
from cti_client.hub.services.answer_offer import end_offer
from cti_client.hub.services.release_chats import release_unanswered, resume_all
from cti_client.hub.services.route_offers import back_to_queue, is_any_queued, route_offers
from cti_client.hub.services.threads import lock_threads_of_agent
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import agent, interaction, offer, thread

LINK_LOST = "link lost"

_IS_IT = select(agent).where(agent.c.id == bindparam("agent"))
_AGENT = Statement(_IS_IT)
_LOCKED = Statement(_IS_IT.with_for_update(key_share=True))


def set_presence(tx: Tx, agent_id: int, presence: Presence, reason: str) -> None:
    """What the agent wishes. Turning available brings the queued chats; going offline passes standing offers on.

    Offers that stand before an agent who turns busy or away may still be answered until they lapse. A wish that comes
    after its agent counts as gone is kept for when they are back. Raises `BadRequestError`: nobody chooses *Missed*,
    and a reason is one short line.
    """
    if presence is Presence.MISSED:
        raise BadRequestError("Missed is what others see of requests that were not answered; it cannot be chosen.")
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON:
        raise BadRequestError(f"A reason has at most {LONGEST_REASON} characters.")
    if presence is Presence.OFFLINE:
        _withdraw_offers(tx, agent_id)
    row = _agent(tx, agent_id, _LOCKED)
    if row.gone_since is not None and presence is not Presence.OFFLINE:
        _set(tx, row, Presence.OFFLINE, LINK_LOST, presence_before=presence, reason_before=reason, misses=0)
        return
    _set(tx, row, presence, reason, presence_before="", reason_before="", misses=0)
    _route(tx)


def agent_connected(tx: Tx, agent_id: int) -> None:
    """The agent's desk is (back) on the line: the presence it had before its link was lost holds again.

    A first sign-in makes available. An agent who chose Offline stays so. Chats that stand before others because the
    agent was gone, and that nobody took, are the agent's as before (A9). Chats that were passed by this agent while the
    link was cut come before them now.
    """
    if _agent(tx, agent_id).gone_since is not None:
        resume_all(tx, agent_id)
    row = _agent(tx, agent_id, _LOCKED)  # as it is now: other transactions may have gone before at the threads
    if row.gone_since is not None:
        _change(("gone_since",)).run(tx.conn, {"agent_at": agent_id, "gone_since": None})
    if row.presence == Presence.OFFLINE and row.presence_before:
        _set(tx, row, Presence(row.presence_before), row.reason_before, presence_before="", reason_before="")
    _route(tx)


def agent_gone(tx: Tx, agent_id: int) -> None:
    """The agent's link has been lost for longer than the grace time (C6).

    Standing offers move on, and customers who wait for the agent are offered to others. Open chats stay the agent's.
    """
    if _agent(tx, agent_id).gone_since is not None:
        return
    lock_threads_of_agent(tx, agent_id)
    _withdraw_offers(tx, agent_id)
    row = _agent(tx, agent_id, _LOCKED)  # as it is now: other transactions may have gone before at the threads
    if row.gone_since is not None:
        return
    if row.presence == Presence.OFFLINE:
        _change(("gone_since",)).run(tx.conn, {"agent_at": agent_id, "gone_since": tx.now})
    else:
        before = {"presence_before": row.presence, "reason_before": row.presence_reason}
        _set(tx, row, Presence.OFFLINE, LINK_LOST, gone_since=tx.now, **before)
    release_unanswered(tx, agent_id)
    _route(tx)


def _agent(tx: Tx, agent_id: int, query: Statement = _AGENT) -> AnyRow:
    row = query.first(tx.conn, {"agent": agent_id})
    if row is None:
        raise NotFoundError("This agent does not exist.")
    return row


def _set(tx: Tx, row: AnyRow, presence: Presence, reason: str, **more: object) -> None:
    values: dict[str, object] = {"presence": presence, "presence_reason": reason, **more}
    if presence is Presence.AVAILABLE and row.presence != Presence.AVAILABLE:
        values["idle_since"] = tx.now
    _change(tuple(values)).run(tx.conn, {"agent_at": row.id, **values})
    tx.news.topic("presence")


@cache
def _change(names: tuple[str, ...]) -> Statement:
    columns: dict[str, Any] = {name: bindparam(name) for name in names}
    return Statement(update(agent).where(agent.c.id == bindparam("agent_at")).values(**columns))


def _route(tx: Tx) -> None:
    if is_any_queued(tx.conn):
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
