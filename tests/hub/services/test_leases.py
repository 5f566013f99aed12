"""One hub of several holds a lease; it passes on when it runs out or is let go of."""

import asyncio

from sqlalchemy import Connection, select

from cti_client.hub.services.leases import lease_note, release_lease, take_lease
from cti_client.hub.store import tables
from tests.helpers.engines import MakeStore
from tests.helpers.hub_store import TestClock

NAME = "gateway kannel"


def holders(conn: Connection) -> list[str]:
    return list(conn.scalars(select(tables.lease.c.holder)))


async def test_one_holds_it_until_it_runs_out(make_store: MakeStore) -> None:
    clock = TestClock()
    store = await make_store(clock)
    assert await store.write(take_lease, NAME, "a", 10_000, "")
    assert not await store.write(take_lease, NAME, "b", 10_000, "")
    assert await store.write(take_lease, "another", "b", 10_000, "")
    clock.advance(9_000)
    assert await store.write(take_lease, NAME, "a", 10_000, "renewed")
    clock.advance(9_000)
    assert not await store.write(take_lease, NAME, "b", 10_000, "")
    assert await store.read(lease_note, NAME) == "renewed"
    clock.advance(1_000)
    assert await store.write(take_lease, NAME, "b", 10_000, "")
    assert not await store.write(take_lease, NAME, "a", 10_000, "")


async def test_letting_go_is_of_one_s_own_alone(make_store: MakeStore) -> None:
    store = await make_store()
    await store.write(take_lease, NAME, "a", 10_000, "")
    await store.write(release_lease, NAME, "b")
    assert await store.read(holders) == ["a"]
    await store.write(release_lease, NAME, "a")
    assert await store.read(holders) == []
    assert await store.read(lease_note, NAME) == ""
    assert await store.write(take_lease, NAME, "b", 10_000, "")


async def test_of_many_at_the_same_moment_one_gets_it(make_store: MakeStore) -> None:
    clock = TestClock()
    stores = [await make_store(clock) for _ in range(3)]
    for ahead in (0, 20_000):  # the first time there is no row, the second time one that ran out
        clock.advance(ahead)
        names = [f"{hub} at {clock.now}" for hub in range(12)]
        got = await asyncio.gather(
            *(stores[hub % 3].write(take_lease, NAME, name, 10_000, "") for hub, name in enumerate(names))
        )
        assert got.count(True) == 1
        assert await stores[0].read(holders) == [names[got.index(True)]]
