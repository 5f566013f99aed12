"""Offers that an agent let lapse, one after the other (C3)."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import bindparam, exists, select, update

from cti_client.domain.agent import MISSES_TO_MISSED, Presence
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import agent, desk

IS_CUT_OFF = exists(
    select(desk.c.agent_id).where(desk.c.agent_id == agent.c.id, desk.c.left_at.is_not(None)).correlate(agent)
)
"""The agent's desktop has left the line."""

_MISSED = Statement(
    update(agent)
    .where(agent.c.id == bindparam("agent"), agent.c.presence == Presence.AVAILABLE.value, ~IS_CUT_OFF)
    .values(misses=agent.c.misses + bindparam("more"))
    .returning(agent.c.misses)
)
_TURN_MISSED = Statement(
    update(agent)
    .where(agent.c.id == bindparam("agent"))
    .values(presence=Presence.MISSED.value, presence_reason="", presence_before="", reason_before="", misses=0)
)
_FORGET = Statement(update(agent).where(agent.c.id == bindparam("agent"), agent.c.misses > 0).values(misses=0))


def note_misses(tx: Tx, agent_ids: Iterable[int]) -> None:
    """These agents let an offer lapse, once for each time they are named; after two in a row one turns *Missed*.

    An agent who is not Available was not expected to answer, and one whose link is lost could not.
    """
    for agent_id, more in sorted(Counter(agent_ids).items()):  # in one order everywhere: their rows are locked
        misses = _MISSED.scalar(tx.conn, {"agent": agent_id, "more": more})
        if misses is not None and misses >= MISSES_TO_MISSED:
            _TURN_MISSED.run(tx.conn, {"agent": agent_id})
            tx.news.topic("presence")


def answered(tx: Tx, agent_id: int) -> None:
    """The agent is there: the count begins anew."""
    _FORGET.run(tx.conn, {"agent": agent_id})
