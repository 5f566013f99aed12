"""Old numbered records go: a desktop that was away for longer starts from a snapshot."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from cti_client.domain import Millis
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import agent_record, stream

_DAY: Millis = 24 * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepRecords:
    """How much to keep: records younger than `ms`, and of those the newest `count` of each agent."""

    ms: Millis = 7 * _DAY
    count: int = 10_000


_DEFAULT = KeepRecords()


def prune(tx: Tx, keep: KeepRecords = _DEFAULT) -> int:
    """Delete the records that need not be kept; returns how many. What an agent holds is not touched by it.

    Always from the oldest on, so that no gap is left even where the clock was set back.
    """
    too_old = select(agent_record.c.agent_id, func.max(agent_record.c.seq)).where(agent_record.c.at < tx.now - keep.ms)
    old = {row[0]: row[1] for row in tx.conn.execute(too_old.group_by(agent_record.c.agent_id))}
    gone = 0
    for agent_id, seq in tx.conn.execute(select(stream.c.agent_id, stream.c.seq).order_by(stream.c.agent_id)).all():
        up_to = max(seq - keep.count, old.get(agent_id, 0))
        old_ones = (agent_record.c.agent_id == agent_id, agent_record.c.seq <= up_to)
        gone += tx.conn.execute(delete(agent_record).where(*old_ones)).rowcount
    return gone
