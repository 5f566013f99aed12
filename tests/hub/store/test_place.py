"""A restored database: no desktop goes on with numbers that were given twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy import Connection, select

from cti_client.hub.bus import Bus
from cti_client.hub.store.open import make_store
from cti_client.hub.store.store import OwnedStore, Tx
from cti_client.hub.store.streams import LEAP, append, last_seq, records_after
from cti_client.hub.store.tables import hub
from cti_client.wire.records import Record
from tests.helpers.hub_store import TestClock, seed_agent
from tests.helpers.postgres import PostgresServer


def tell(tx: Tx, agent_id: int, count: int) -> None:
    append(tx.conn, {agent_id: [Record(seq=0, kind="test", id=number) for number in range(count)]}, tx.now)


def hub_id(conn: Connection) -> str | None:
    return conn.scalar(select(hub.c.hub_id))


class Restored:
    """A hub's database, and a copy of it as it was after record 3, while the hub went on to record 5."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = server.database()
        self.copy = ""
        self.agent = 0
        self.hub_id: str | None = None

    async def happen(self) -> None:
        async with store_on(self.url) as store:
            self.agent = await store.write(seed_agent, "Anna")
            await store.write(tell, self.agent, 3)
            self.hub_id = await store.read(hub_id)
        self.copy = await asyncio.to_thread(self._server.copy, self.url)
        async with store_on(self.url) as store:
            assert await store.read(last_seq, self.agent) == 3, "the same server again is no restore"
            await store.write(tell, self.agent, 2)


@asynccontextmanager
async def store_on(url: str) -> AsyncIterator[OwnedStore]:
    store = make_store(url, TestClock(), Bus())
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def numbers(store: OwnedStore, agent_id: int, held: int) -> list[int] | None:
    rows = await store.read(records_after, agent_id, held, 100)
    return None if rows is None else [json.loads(row)["seq"] for row in rows]


@pytest.fixture
def restored(postgres: PostgresServer) -> Restored:
    return Restored(postgres)


@pytest.mark.parametrize(("held", "of_before"), [(1, [2, 3]), (3, None), (4, None), (5, None)])
async def test_whoever_held_records_of_before_starts_from_a_snapshot(
    restored: Restored, held: int, of_before: list[int] | None
) -> None:
    """Also once the hub has told more; but what both lives have in common may still be told first."""
    await restored.happen()
    async with store_on(restored.copy) as store:
        assert await numbers(store, restored.agent, held) == of_before
        await store.write(tell, restored.agent, 3)
        assert await numbers(store, restored.agent, held) == of_before
        newest = await store.read(last_seq, restored.agent)
        await store.write(tell, restored.agent, 1)
        assert await numbers(store, restored.agent, newest) == [newest + 1]


async def test_it_is_the_same_hub_still(restored: Restored) -> None:
    """Desktops keep what waits to be sent under the hub's id."""
    await restored.happen()
    async with store_on(restored.copy) as store:
        assert await store.read(hub_id) == restored.hub_id


async def test_hubs_that_start_at_once_on_a_restored_database_leap_once(restored: Restored) -> None:
    await restored.happen()
    async with AsyncExitStack() as closing:
        await asyncio.gather(*(closing.enter_async_context(store_on(restored.copy)) for _ in range(4)))
        first = await closing.enter_async_context(store_on(restored.copy))
        leapt = await first.read(last_seq, restored.agent)
        late = await closing.enter_async_context(store_on(restored.copy))
        assert await late.read(last_seq, restored.agent) == leapt
    assert leapt == 3 + LEAP
