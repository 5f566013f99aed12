"""Two customers, one with a thousand messages and one with a million; made once and kept under `build/`."""

import shutil
from pathlib import Path

from sqlalchemy import select, text

from bench.driven import prepare
from bench.seed import seed_closed_case, seed_thread
from cti_client.hub.store import tables as t
from cti_client.hub.store.schema import MIGRATIONS
from cti_client.hub.store.store import Tx
from cti_client.paths import paths_in

SHORT, LONG = 1_000, 1_000_000
ADDRESSES = {SHORT: "+12025550123", LONG: "+12025550124"}

_CACHE = Path(__file__).parents[1] / "build" / f"bench-threads-{MIGRATIONS.head}"
_TEXT = "is the parcel on its way, and when does the courier come by?"
_MANY = text(
    """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)
    INSERT INTO message (thread_id, interaction_id, line_id, direction, at, text, state, state_at)
    SELECT :thread_id, :interaction_id, :line_id, CASE i % 2 WHEN 0 THEN 'in' ELSE 'out' END, :began + i * 10,
           'Message ' || i || ': ' || :words, CASE i % 2 WHEN 0 THEN 'received' ELSE 'delivered' END, :began + i * 10
    FROM n
    """
)


async def copy_into(folder: Path) -> None:
    """A data folder with both threads."""
    if not _CACHE.exists():
        unfinished = _CACHE.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        await prepare(paths_in(unfinished), (_seed,))
        unfinished.rename(_CACHE)
    source, target = paths_in(_CACHE), paths_in(folder)
    target.make()
    shutil.copy(source.hub_database, target.hub_database)


def _seed(tx: Tx) -> None:
    agent_id = tx.conn.scalar(select(t.agent.c.id))
    line_id = tx.conn.scalar(select(t.line.c.id))
    assert agent_id is not None
    assert line_id is not None
    for size, address in ADDRESSES.items():
        thread_id = seed_thread(tx, address, f"Customer of {size}", line_id)
        seed_closed_case(tx, thread_id, agent_id, line_id, 0)
        interaction_id = tx.conn.scalar(select(t.interaction.c.id).where(t.interaction.c.thread_id == thread_id))
        values = {"thread_id": thread_id, "interaction_id": interaction_id, "line_id": line_id, "many": size}
        tx.conn.execute(_MANY, {**values, "began": tx.now - 100 * 3_600_000, "words": _TEXT})
