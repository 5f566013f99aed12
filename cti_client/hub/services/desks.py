"""Which desktop is an agent's, which hub process serves it, and since when nobody has heard of it (C6).

Several hubs stand over one database, and any of them may die at any time. So the truth is in rows: `desk` names an
agent's one desktop and the process that serves it; `hub_process` says when that process was there last. An agent whose
desktop has left, or whose process is silent, is absent; past the grace time whichever hub looks first says so. The
desk's row is locked before anything else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, update

from cti_client.domain import Millis
from cti_client.domain.agent import Presence
from cti_client.hub.services.set_presence import agent_connected, agent_gone
from cti_client.hub.services.share_thread import look_away
from cti_client.hub.store.statements import AnyRow, Statement
from cti_client.hub.store.store import Tx, one_statement
from cti_client.hub.store.tables import agent, desk, hub_process, stream
from cti_client.hub.store.upsert import insert_or_nothing, upsert

DESKS = "desks"
"""Wakes what looks whether the desktops of a process are its own still."""
ABSENCE = "absence"
"""Wakes what waits for grace times."""

_FORGOTTEN: Millis = 24 * 3_600_000
_LONGEST_NAME = 32
_MOST = 1_000_000_000

_DESK = Statement(select(desk).where(desk.c.agent_id == bindparam("agent")).with_for_update())
_FREE_DESK = Statement(
    select(desk.c.process_id).where(desk.c.agent_id == bindparam("agent")).with_for_update(skip_locked=True)
)
_LEFT = Statement(
    update(desk)
    .where(desk.c.agent_id == bindparam("agent"), desk.c.desk_id == bindparam("left"), desk.c.left_at.is_(None))
    .values(left_at=bindparam("at"))
)
_ALL_LEFT = update(desk).where(desk.c.left_at.is_(None))
_SERVED = Statement(
    select(desk.c.agent_id, desk.c.desk_id, stream.c.seq, agent.c.gone_since)
    .join(agent, agent.c.id == desk.c.agent_id)
    .outerjoin(stream, stream.c.agent_id == desk.c.agent_id)
    .where(desk.c.process_id == bindparam("process"), desk.c.left_at.is_(None))
)
_SUSPECTS = Statement(
    select(agent.c.id, desk.c.left_at, hub_process.c.seen_at)
    .select_from(agent)
    .outerjoin(desk, desk.c.agent_id == agent.c.id)
    .outerjoin(hub_process, hub_process.c.id == desk.c.process_id)
    .where(
        agent.c.gone_since.is_(None),
        or_(
            and_(desk.c.agent_id.is_(None), agent.c.presence != Presence.OFFLINE.value),
            desk.c.left_at.is_not(None),
            and_(
                desk.c.process_id != bindparam("process"),
                or_(hub_process.c.id.is_(None), hub_process.c.seen_at < bindparam("silent")),
            ),
        ),
    )
)


class Served(NamedTuple):
    """A desktop that this process serves by the database. `seq`: of the agent's stream."""

    agent_id: int
    desk_id: str
    seq: int
    gone: bool
    """It was silent for so long that its agent counts as gone."""


class Unlike(NamedTuple):
    """Where the database says otherwise: what it has of these agents, and who is no longer this process's."""

    rows: list[Served]
    lost: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Who looks, and how long absence may last. A process that says nothing for `silence_ms` may be dead."""

    process_id: str
    grace_ms: Millis
    silence_ms: Millis


def desk_entered(tx: Tx, agent_id: int, desk_id: str, process_id: str) -> bool:
    """This desktop is its agent's from now on. The process that served another one before is told to look.

    False where a later connection of the same desktop has entered already: hubs may come to an earlier one last, and
    the desktop has given that up.
    """
    before = _DESK.first(tx.conn, {"agent": agent_id})
    if before is not None and is_later(before.desk_id, desk_id):
        return False
    upsert(tx.conn, desk, {"agent_id": agent_id}, {"desk_id": desk_id, "process_id": process_id, "left_at": None})
    if before is not None and before.left_at is None and before.process_id != process_id:
        tx.wakes.add(DESKS)
    agent_connected(tx, agent_id)
    return True


def desk_name(desktop: str, attempt: int, unique: str) -> str:
    """The id of one connection. `desktop` and `attempt` as it says them in Hello, where it does."""
    says_both = desktop.isascii() and desktop.isalnum() and len(desktop) <= _LONGEST_NAME and 0 < attempt < _MOST
    return f"{desktop}.{attempt}.{unique}" if says_both else unique


def is_later(desk_id: str, than: str) -> bool:
    """Whether both are connections of one desktop, and this is the later one."""
    (desktop, attempt), (other, before) = _parts(desk_id), _parts(than)
    return desktop == other and attempt > before


def _parts(desk_id: str) -> tuple[str, int]:
    desktop, _, rest = desk_id.partition(".")
    attempt = rest.partition(".")[0]
    return (desktop, int(attempt)) if attempt.isdecimal() else (desk_id, 0)


def desks_left(tx: Tx, left: Sequence[Served]) -> None:
    """The links of these desktops have ended; their agents have the grace time to come back."""
    for one in sorted(left, key=lambda one: one.agent_id):
        _LEFT.run(tx.conn, {"agent": one.agent_id, "left": one.desk_id, "at": tx.now})
    look_away(tx, [one.agent_id for one in left])
    tx.wakes.add(ABSENCE)


@one_statement
def unlike(
    conn: Connection, process_id: str, agents: Sequence[int], desks: Sequence[str], sent: Sequence[int]
) -> Unlike:
    """Where this process's desktops are otherwise in the database than it believes, or have news.

    It believes that these agents' desktops have these ids, and were sent all records up to these numbers.
    """
    if conn.dialect.name == "postgresql":
        from cti_client.hub.store import postgres_desks  # a desktop's own hub never pays for it

        found = [Served(*row) for row in postgres_desks.unlike(conn, process_id, agents, desks, sent)]
        return Unlike([one for one in found if one.desk_id], [one.agent_id for one in found if not one.desk_id])
    rows = [
        Served(row.agent_id, row.desk_id, row.seq or 0, row.gone_since is not None)
        for row in _SERVED.rows(conn, {"process": process_id})
    ]
    believed = dict(zip(agents, zip(desks, sent, strict=True), strict=True))
    differ = [row for row in rows if row.gone or _is_otherwise(row, believed.get(row.agent_id))]
    return Unlike(differ, sorted(believed.keys() - {row.agent_id for row in rows}))


def _is_otherwise(row: Served, believed: tuple[str, int] | None) -> bool:
    return believed is None or row.desk_id != believed[0] or row.seq > believed[1]


def process_started(tx: Tx, process_id: str, *, alone: bool) -> None:
    """This hub runs. `alone`: no other does, so desktops of any other process have left by now."""
    process_seen(tx, process_id)
    tx.conn.execute(delete(hub_process).where(hub_process.c.seen_at < tx.now - _FORGOTTEN))
    if alone:
        tx.conn.execute(_ALL_LEFT.where(desk.c.process_id != process_id).values(left_at=tx.now))
        tx.conn.execute(delete(hub_process).where(hub_process.c.id != process_id))


def process_seen(tx: Tx, process_id: str) -> None:
    """This hub runs still."""
    upsert(tx.conn, hub_process, {"id": process_id}, {"seen_at": tx.now})


def process_ended(tx: Tx, process_id: str) -> None:
    """This hub stops in good order: its desktops leave now."""
    tx.conn.execute(_ALL_LEFT.where(desk.c.process_id == process_id).values(left_at=tx.now))
    tx.conn.execute(delete(hub_process).where(hub_process.c.id == process_id))
    tx.wakes.add(ABSENCE)


def absences(conn: Connection, watch: Watch, now: Millis) -> dict[int, Millis | None]:
    """When the grace time of each absent agent ends; None where it is not known since when they are absent.

    That is so where no desktop is known at all, or nothing was ever heard of the process that served it.
    """
    rows = _SUSPECTS.rows(conn, {"process": watch.process_id, "silent": now - watch.silence_ms})
    return {row.id: _end_of_grace(row, watch) for row in rows}


def note_absence(tx: Tx, agent_id: int, watch: Watch) -> None:
    """The agent is gone, if it still looks so: offers move on, waiting customers are offered to others.

    Where it is not known since when they are absent, the grace time begins now.
    """
    known = insert_or_nothing(tx.conn, desk, {"agent_id": agent_id, "desk_id": "", "process_id": "", "left_at": tx.now})
    free = None if known is not None else _FREE_DESK.first(tx.conn, {"agent": agent_id})
    if free is None:
        return  # the grace time of one who was not known begins; another hub looks after one who is locked
    absent = absences(tx.conn, watch, tx.now)
    if agent_id not in absent:
        return
    end = absent[agent_id]
    if end is None:  # a process that lives will say so; the desk itself is that process's to end
        insert_or_nothing(tx.conn, hub_process, {"id": free.process_id, "seen_at": tx.now})
    elif end <= tx.now:
        look_away(tx, [agent_id])
        agent_gone(tx, agent_id)


def _end_of_grace(row: AnyRow, watch: Watch) -> Millis | None:
    if row.left_at is not None:
        return int(row.left_at) + watch.grace_ms
    if row.seen_at is None:
        return None
    return int(row.seen_at) + max(watch.grace_ms, watch.silence_ms)
