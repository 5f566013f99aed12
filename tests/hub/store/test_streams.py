"""Numbered streams: no gap, the order of commits, and an honest answer where records are gone."""

import asyncio

import pytest
from sqlalchemy import Connection, func, select

from cti_client.hub.store.prune import KeepRecords, prune
from cti_client.hub.store.store import Store, Tx
from cti_client.hub.store.streams import append, last_seq, records_after
from cti_client.hub.store.tables import agent_record
from cti_client.wire.codec import decode
from cti_client.wire.records import Record
from tests.helpers.engines import MakeStore
from tests.helpers.hub_store import TestClock, seed_agent

DAY = 24 * 3_600_000


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def store(make_store: MakeStore, clock: TestClock) -> Store:
    store = await make_store(clock)
    await store.write(seed_agent, "Anna")
    await store.write(seed_agent, "Ben")
    return store


def tell(tx: Tx, *agents: int, count: int = 1) -> None:
    append(tx.conn, {agent: [Record(seq=0, kind="test", id=n) for n in range(count)] for agent in agents}, tx.now)


def _start_anew(tx: Tx) -> None:
    tx.news.anew = True


async def numbers(store: Store, agent: int, after: int = 0, limit: int = 1000) -> list[int] | None:
    rows = await store.read(records_after, agent, after, limit)
    return None if rows is None else [decode(row, Record).seq for row in rows]


async def test_each_agent_s_numbers_count_from_one(store: Store) -> None:
    await store.write(tell, 1, count=2)
    await store.write(tell, 2, 1, count=3)
    assert await numbers(store, 1) == [1, 2, 3, 4, 5]
    assert await numbers(store, 2) == [1, 2, 3]
    assert await store.read(last_seq, 1) == 5
    assert await store.read(last_seq, 99) == 0


async def test_a_batch_at_a_time(store: Store) -> None:
    await store.write(tell, 1, count=5)
    assert await numbers(store, 1, after=0, limit=2) == [1, 2]
    assert await numbers(store, 1, after=2, limit=2) == [3, 4]
    assert await numbers(store, 1, after=4, limit=2) == [5]
    assert await numbers(store, 1, after=5, limit=2) == []


async def test_many_writers_leave_no_gap(store: Store) -> None:
    await asyncio.gather(*(store.write(tell, 1, 2) for _ in range(60)))
    assert await numbers(store, 1) == list(range(1, 61))
    assert await numbers(store, 2) == list(range(1, 61))


async def test_a_number_that_was_never_given_needs_a_snapshot(store: Store) -> None:
    """The database was restored from a copy that is older than what the desktop has seen."""
    await store.write(tell, 1)
    assert await numbers(store, 1, after=2) is None
    assert await numbers(store, 1, after=1) == []


async def test_broken_off_streams_need_a_snapshot(store: Store) -> None:
    await store.write(tell, 1, count=2)
    await store.write(_start_anew)
    for held in (1, 2):
        assert await numbers(store, 1, after=held) in (None, [2])
    assert await numbers(store, 1, after=2) is None
    assert await numbers(store, 2, after=0) is None
    newest = await store.read(last_seq, 1)
    await store.write(tell, 1)
    assert await numbers(store, 1, after=1) == [2], "what came before the break, and nothing from behind it"
    assert await numbers(store, 1, after=2) is None
    assert await numbers(store, 1, after=newest) == [newest + 1]


async def test_old_records_go_and_those_who_need_them_start_anew(store: Store, clock: TestClock) -> None:
    await store.write(tell, 1, 2, count=3)
    clock.advance(6 * DAY)
    await store.write(tell, 1, count=2)
    clock.advance(2 * DAY)
    assert await store.write(prune, KeepRecords()) == 6
    assert await numbers(store, 1, after=0) is None
    assert await numbers(store, 1, after=2) is None
    assert await numbers(store, 1, after=3) == [4, 5]
    assert await numbers(store, 2, after=2) is None
    assert await numbers(store, 2, after=3) == []
    await store.write(tell, 2)
    assert await numbers(store, 2, after=3) == [4]


async def test_only_so_many_are_kept_of_each(store: Store) -> None:
    await store.write(tell, 1, count=10)
    await store.write(tell, 2, count=3)
    assert await store.write(prune, KeepRecords(count=4)) == 6
    assert await numbers(store, 1, after=6) == [7, 8, 9, 10]
    assert await numbers(store, 1, after=5) is None
    assert await numbers(store, 2) == [1, 2, 3]


async def test_a_clock_set_back_leaves_no_hole(store: Store, clock: TestClock) -> None:
    """Record 2 is younger by the clock than record 3: both go with 3, never 3 alone."""
    clock.advance(20 * DAY)
    await store.write(tell, 1, count=2)
    clock.advance(-15 * DAY)
    await store.write(tell, 1)
    clock.advance(10 * DAY)
    await store.write(tell, 1)
    await store.write(prune, KeepRecords())

    def kept(conn: Connection) -> tuple[int, int]:
        row = conn.execute(select(func.min(agent_record.c.seq), func.count())).one()
        return row[0], row[1]

    assert await store.read(kept) == (4, 1)
