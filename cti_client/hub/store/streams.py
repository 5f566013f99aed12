"""Each agent's numbered stream: appended to by transactions, read by sockets, thinned out by `prune`.

Numbers have no gap and grow in the order of the commits: the raised row of `stream` stays locked until its
transaction ends, so nobody can commit number 8 before number 7.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter

import msgspec
from sqlalchemy import Connection, bindparam, insert, literal, select, union_all, update
from sqlalchemy.dialects import sqlite

from cti_client.domain import Millis
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.store import one_statement
from cti_client.hub.store.tables import agent_record, stream
from cti_client.wire.codec import encode
from cti_client.wire.records import Record

LEAP = 1 << 20
"""More records than an agent gets between two backups."""

_SEQ = Statement(select(stream.c.seq).where(stream.c.agent_id == bindparam("agent_id")))
_newer = (
    select(agent_record.c.seq, agent_record.c.record)
    .where(agent_record.c.agent_id == bindparam("agent_id"), agent_record.c.seq > bindparam("seq"))
    .order_by(agent_record.c.seq)
    .limit(bindparam("most"))
    .subquery("newer")
)
_AFTER = Statement(
    union_all(
        select(stream.c.seq, literal("").label("record")).where(stream.c.agent_id == bindparam("agent_id")),
        select(_newer.c.seq, _newer.c.record),
    )
)
"""The stream's last number, which alone has no record with it, and the records."""

_INSERT = Statement(insert(agent_record), ("agent_id", "seq", "at", "record"))
_more = sqlite.insert(stream)
_RAISE = Statement(
    _more.on_conflict_do_update(
        index_elements=[stream.c.agent_id], set_={"seq": stream.c.seq + _more.excluded.seq}
    ).returning(stream.c.seq),
    ("agent_id", "seq"),
)


def append(conn: Connection, news: Mapping[int, Sequence[Record]], now: Millis) -> None:
    """Number these records into the streams of their agents; the records' own `seq` is 0 still.

    All streams are raised by one statement, in the order of the agents' ids, so that two transactions that
    tell the same agents never wait for each other in a ring.
    """
    told = {agent_id: news[agent_id] for agent_id in sorted(news) if news[agent_id]}
    if not told:
        return
    if conn.dialect.name == "postgresql":
        from cti_client.hub.store import postgres_streams  # a desktop's own hub never pays for it

        postgres_streams.append(conn, told, now)
        return
    rows = []
    for agent_id, its_own in told.items():
        last = _RAISE.scalar(conn, {"agent_id": agent_id, "seq": len(its_own)})
        for number, record in enumerate(its_own, start=last - len(its_own) + 1):
            text = encode(msgspec.structs.replace(record, seq=number)).decode()
            rows.append({"agent_id": agent_id, "seq": number, "at": now, "record": text})
    _INSERT.run_many(conn, rows)


def break_off(conn: Connection) -> None:
    """Have every desktop start anew from a snapshot: what records show was changed behind their back.

    For changes that touch everything at once (names of lines or agents in the settings). A number is skipped, so that
    nobody's number is followed by the next any more. By `News.anew`: as the last step of a transaction.
    """
    conn.execute(select(stream.c.agent_id).order_by(stream.c.agent_id).with_for_update())  # as `append` locks them
    conn.execute(update(stream).values(seq=stream.c.seq + 1))


def leap(conn: Connection) -> None:
    """The same for a database that was put back to an earlier state: go ahead of every number that was given since.

    To be called after a restore that a hub cannot see by itself (a file copied back; `place.py` sees the others).
    """
    conn.execute(update(stream).values(seq=stream.c.seq + LEAP))


def last_seq(conn: Connection, agent_id: int) -> int:
    """The number of the agent's newest record, 0 before the first."""
    return _SEQ.scalar(conn, {"agent_id": agent_id}) or 0


@one_statement
def records_after(conn: Connection, agent_id: int, seq: int, limit: int) -> list[bytes] | None:
    """The JSON of the records that follow number `seq`, in order and without a gap, at most `limit`.

    None where they are not all there any more (`seq` is too old), or `seq` was never given (a restored
    database): then a snapshot is needed.
    """
    found = _AFTER.rows(conn, {"agent_id": agent_id, "seq": seq, "most": limit})
    rows = sorted((row for row in found if row.record), key=attrgetter("seq"))
    if rows and rows[0].seq != seq + 1:
        return None
    if rows:
        if rows[-1].seq != seq + len(rows):  # the stream was broken off; what is behind that comes with a snapshot
            rows = [row for number, row in enumerate(rows, start=seq + 1) if row.seq == number]
        return [row.record.encode() for row in rows]
    return [] if seq == (found[0].seq if found else 0) else None
