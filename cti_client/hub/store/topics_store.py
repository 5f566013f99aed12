"""Values of the latest-value topics that the store knows (`wire/topics.py`)."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, func, select

from cti_client.domain.agent import Presence
from cti_client.domain.interaction import CaseChoice
from cti_client.domain.role import Role
from cti_client.hub.store.conditions import IS_UNHELD
from cti_client.hub.store.previews import PREVIEW, choice_at, preview_fields
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.tables import agent, interaction
from cti_client.wire.topics import OwnPresence, Waiting, WaitingChat

MOST_WAITING = 200
"""Rows of the Waiting list that are sent; the total counts all."""

_WAITING = Statement(
    PREVIEW.where(IS_UNHELD).order_by(interaction.c.waiting_since, interaction.c.id).limit(bindparam("most"))
)
_TOTAL = Statement(select(func.count()).select_from(interaction).where(IS_UNHELD, interaction.c.waiting_since > 0))
_PRESENCES = Statement(
    select(agent.c.id, agent.c.presence, agent.c.presence_reason, agent.c.role).where(
        agent.c.id.in_(bindparam("agents", expanding=True))
    )
)


def waiting(conn: Connection) -> Waiting:
    """The chats that nobody holds and no offer covers, the longest-waiting first (C3).

    `continues` is the rule's answer as of the moment when the chat began.
    """
    rows = _WAITING.rows(conn, {"most": MOST_WAITING})
    chats = tuple(
        WaitingChat(
            why=row.why_waiting,
            continues=choice_at(row, row.started_at) is CaseChoice.CONTINUE,
            **preview_fields(row),
        )
        for row in rows
    )
    total = len(chats) if len(chats) < MOST_WAITING else _TOTAL.scalar(conn) or 0
    return Waiting(chats=chats, total=total)


def own_presences(conn: Connection, agents: Collection[int]) -> dict[int, OwnPresence]:
    """These agents' presences, by one query; Offline for one we do not know."""
    presences = dict.fromkeys(agents, OwnPresence())
    if agents:
        for row in _PRESENCES.rows(conn, {"agents": list(agents)}):
            presence, role = Presence(row.presence), Role(row.role)
            presences[row.id] = OwnPresence(presence=presence, reason=row.presence_reason, role=role)
    return presences
