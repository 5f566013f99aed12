"""Who looks at a thread, and who is typing in one that is shared (G2a). Lasts no longer than the desktop's link."""

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, exists, or_, select

from cti_client.domain import Millis
from cti_client.hub.store.conditions import IS_HELD
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import interaction, looking, thread
from cti_client.hub.store.upsert import upsert
from cti_client.wire.frames import MOST_LOOKED_AT
from cti_client.wire.topics import Shared

TYPES_FOR: Millis = 6_000
"""Said once in three seconds while it is true; after this it is not true any more."""
_KEPT: Millis = 60_000

_KNOWN = Statement(select(thread.c.id).where(thread.c.id.in_(bindparam("threads", expanding=True))))
_LOOKED_AT = Statement(select(looking.c.thread_id).where(looking.c.agent_id == bindparam("agent"), looking.c.looks))
_IS_SHARED = Statement(
    select(
        or_(
            exists().where(
                looking.c.thread_id == bindparam("thread"), looking.c.agent_id != bindparam("agent"), looking.c.looks
            ),
            exists().where(
                interaction.c.thread_id == bindparam("thread"), interaction.c.agent_id != bindparam("agent"), IS_HELD
            ),
        )
    )
)


def look_at(tx: Tx, agent_id: int, threads: Iterable[int]) -> None:
    """These are all the threads that this agent's desktop shows beyond its own chats. Unknown ones are passed over."""
    wanted = set(sorted(set(threads))[:MOST_LOOKED_AT])
    before = set(_LOOKED_AT.scalars(tx.conn, {"agent": agent_id}))
    known = set(_KNOWN.scalars(tx.conn, {"threads": sorted(wanted - before)})) if wanted - before else set()
    gone = before - wanted
    if gone:
        tx.conn.execute(delete(looking).where(looking.c.agent_id == agent_id, looking.c.thread_id.in_(sorted(gone))))
    for thread_id in sorted(known):
        upsert(tx.conn, looking, {"thread_id": thread_id, "agent_id": agent_id}, {"looks": True})
    if gone or known:
        tx.news.topic(Shared.topic)


def type_in(tx: Tx, agent_id: int, thread_id: int) -> None:
    """The agent is typing there now. Nothing is kept where nobody else would see it."""
    if not _IS_SHARED.scalar(tx.conn, {"thread": thread_id, "agent": agent_id}):
        return
    until = {"types_until": tx.now + TYPES_FOR}
    upsert(tx.conn, looking, {"thread_id": thread_id, "agent_id": agent_id}, until)
    tx.news.topic(Shared.topic)


def look_away(tx: Tx, agent_ids: Iterable[int]) -> None:
    """The links of these agents' desktops have ended: they see nothing and type nothing. Old traces go too."""
    away = or_(looking.c.agent_id.in_(sorted(agent_ids)), ~looking.c.looks & (looking.c.types_until < tx.now - _KEPT))
    if tx.conn.execute(delete(looking).where(away)).rowcount:
        tx.news.topic(Shared.topic)
