"""Round trips to PostgreSQL: of queries that are one statement always, and of streams, where nobody waits in a ring."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Connection, text

from cti_client.hub.bus import Bus
from cti_client.hub.services.desks import desk_entered, unlike
from cti_client.hub.store.open import make_store
from cti_client.hub.store.store import OwnedStore, Tx
from cti_client.hub.store.streams import append, break_off, last_seq, records_after
from cti_client.wire.records import Record
from tests.helpers.hub_store import TestClock, seed_agent
from tests.helpers.postgres import PostgresServer

Asked = list[str]

WRITERS = 60


@pytest.fixture
async def store(postgres: PostgresServer) -> AsyncIterator[OwnedStore]:
    store = make_store(postgres.database(), TestClock(), Bus())
    await store.open()
    yield store
    await store.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What goes to the server, in order."""
    asked: Asked = []
    for name in ("fetch", "execute"):
        way: Callable[..., Any] = getattr(asyncpg.Connection, name)

        async def spy(conn: asyncpg.Connection, sql: str, *values: object, way: Any = way, **more: Any) -> Any:
            asked.append(sql.split()[0])
            return await way(conn, sql, *values, **more)

        monkeypatch.setattr(asyncpg.Connection, name, spy)
    return asked


def _told(tx: Tx, agent_id: int, many: int) -> None:
    append(tx.conn, {agent_id: [Record(seq=0, kind="offer", id=1, removed=True)] * many}, 1)


def _skipped(tx: Tx) -> None:
    break_off(tx.conn)


@pytest.mark.parametrize("after", [0, 1, 3, 7])
@pytest.mark.parametrize("breaks", [False, True])
async def test_records_however_many_there_are(store: OwnedStore, asked: Asked, after: int, breaks: bool) -> None:
    anna = await store.write(seed_agent)
    await store.write(_told, anna, 3)
    if breaks:
        await store.write(_skipped)
    asked.clear()
    await store.read(records_after, anna, after, 2)
    assert asked == ["SELECT"]


async def test_where_desktops_are_otherwise_than_a_process_believes(store: OwnedStore, asked: Asked) -> None:
    anna = await store.write(seed_agent)
    await store.write(desk_entered, anna, "desk", "a")
    believed: Sequence[tuple[list[int], list[str], list[int]]] = [([], [], []), ([anna], ["other"], [9])]
    for agents, desks, sent in believed:
        asked.clear()
        await store.read(unlike, "a", agents, desks, sent)
        assert asked == ["SELECT"]


async def test_all_other_queries_have_a_transaction_around_them(store: OwnedStore, asked: Asked) -> None:
    anna = await store.write(seed_agent)
    asked.clear()
    await store.read(last_seq, anna)
    assert asked == ["BEGIN", "SELECT", "COMMIT"]


@pytest.mark.parametrize("many", [[1], [3], [1, 2, 0, 3]])
async def test_streams_are_raised_and_written_in_one_round_trip(
    store: OwnedStore, asked: Asked, many: Sequence[int]
) -> None:
    agents = [await store.write(seed_agent, f"Agent {number}") for number in range(len(many))]

    def tell(tx: Tx) -> None:
        news = {one: [Record(seq=0, kind="offer", id=one)] * count for one, count in zip(agents, many, strict=True)}
        append(tx.conn, news, 1)

    asked.clear()
    await store.write(tell)
    assert asked == ["BEGIN", "WITH", "COMMIT"]
    for agent_id, count in zip(agents, many, strict=True):
        rows = await store.read(records_after, agent_id, 0, 9)
        assert rows is not None
        assert [row[: len(b'{"seq":1,')] for row in rows] == [b'{"seq":%d,' % (n + 1) for n in range(count)]


async def test_two_who_tell_the_same_agents_the_other_way_round_never_wait_in_a_ring(store: OwnedStore) -> None:
    agents = [await store.write(seed_agent, f"Agent {number}") for number in range(8)]

    def tell(tx: Tx, order: Sequence[int]) -> None:
        append(tx.conn, {one: [Record(seq=0, kind="offer", id=one)] for one in order}, 1)

    def deadlocks(conn: Connection) -> int:
        conn.execute(text("SELECT pg_stat_clear_snapshot()"))
        return conn.scalar(text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")) or 0

    await asyncio.gather(*(store.write(tell, agents[:: 1 - 2 * (number % 2)]) for number in range(WRITERS)))
    for agent_id in agents:
        rows = await store.read(records_after, agent_id, 0, 2 * WRITERS)
        assert rows is not None
        assert len(rows) == WRITERS
    assert await store.read(deadlocks) == 0
