"""Threads that two agents have before them: who looks, who types, who replied (G2a)."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, or_, select

from cti_client.domain import Millis
from cti_client.domain.interaction import Direction
from cti_client.hub.store.conditions import IS_HELD
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.tables import agent, interaction, looking, message
from cti_client.wire.topics import Peer, Shared, SharedThread

_NEWEST = 200
"""Messages of a thread among which the last reply is looked for."""

_LOOKING = Statement(
    select(looking.c.thread_id, looking.c.agent_id, looking.c.looks, looking.c.types_until, agent.c.name)
    .join(agent, agent.c.id == looking.c.agent_id)
    .where(or_(looking.c.looks, looking.c.types_until > bindparam("now")))
    .order_by(looking.c.thread_id, looking.c.agent_id)
)
_HOLDERS = Statement(
    select(interaction.c.thread_id, interaction.c.agent_id, agent.c.name)
    .join(agent, agent.c.id == interaction.c.agent_id)
    .where(interaction.c.thread_id.in_(bindparam("threads", expanding=True)), IS_HELD)
)
_newest = (
    select(message.c.id, message.c.at, message.c.direction, message.c.agent_id)
    .where(message.c.thread_id == bindparam("thread"))
    .order_by(message.c.id.desc())
    .limit(_NEWEST)
    .subquery("newest")
)
_LAST_REPLY = Statement(
    select(_newest.c.at, _newest.c.agent_id, agent.c.name)
    .join(agent, agent.c.id == _newest.c.agent_id)
    .where(_newest.c.direction == Direction.OUT.value)
    .order_by(_newest.c.id.desc())
    .limit(1)
)


def shared_threads(conn: Connection, agents: Iterable[int], now: Millis) -> dict[int, Shared]:
    """For each of these agents who holds or looks at a thread that somebody else holds or looks at."""
    looks = _LOOKING.rows(conn, {"now": now})
    if not looks:
        return {}
    people: dict[int, dict[int, Peer]] = defaultdict(dict)
    for row in looks:
        people[row.thread_id][row.agent_id] = Peer(name=row.name, types_until=row.types_until)
    for row in _HOLDERS.rows(conn, {"threads": sorted(people)}):
        known = people[row.thread_id].get(row.agent_id)
        types_until = 0 if known is None else known.types_until
        people[row.thread_id][row.agent_id] = Peer(name=row.name, holds=True, types_until=types_until)
    wanted = set(agents)
    found: dict[int, list[SharedThread]] = defaultdict(list)
    for thread_id, there in people.items():
        if len(there) < 2 or wanted.isdisjoint(there):
            continue
        reply = _LAST_REPLY.first(conn, {"thread": thread_id})
        for agent_id in sorted(wanted.intersection(there)):
            found[agent_id].append(_as_seen_by(agent_id, thread_id, there, reply))
    return {agent_id: Shared(threads=tuple(threads)) for agent_id, threads in found.items()}


def _as_seen_by(agent_id: int, thread_id: int, there: dict[int, Peer], reply: AnyRow | None) -> SharedThread:
    peers = tuple(peer for other, peer in sorted(there.items()) if other != agent_id)
    if reply is None or reply.agent_id == agent_id:
        return SharedThread(thread_id=thread_id, peers=peers)
    return SharedThread(thread_id=thread_id, peers=peers, replied_by=reply.name, replied_at=reply.at)
