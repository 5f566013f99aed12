"""Latest values: read when something changed, at most twice a second, and now and then in case a hint was lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any

from cti_client.domain.agent import Presence
from cti_client.hub.health import HealthBoard
from cti_client.hub.web.topic_feed import TopicFeed, TopicValues
from cti_client.wire.codec import decode
from cti_client.wire.topics import OwnPresence, Peer, Shared, SharedThread, Waiting
from tests.helpers.scripted_store import ScriptedStore

PATIENCE_S = 10.0


class Bench(ScriptedStore):
    """A store that answers with a queue's length, and a desktop that counts what it is told."""

    def __init__(self, *, gap: float = 0.05, net: float = 60.0) -> None:
        self.total = 0
        self.reads = 0
        self.asked: list[list[int]] = []
        self.told: list[Collection[int] | None] = []
        self.changes = 0
        self.present = [7]
        self.shared: dict[int, Shared] = {}
        self.changed = asyncio.Condition()
        self.feed = TopicFeed(
            self,
            HealthBoard([], lambda: 0, lambda: None),
            lambda: self.present,
            self._tell,
            lambda: 1_000,
            gap_seconds=gap,
            net_seconds=net,
        )

    async def on_read(self, fn: Callable[..., Any], *args: Any) -> Any:
        _, whose, now = args
        self.asked.append(list(whose))
        assert now == 1_000
        self.reads += 1
        presence = {one: OwnPresence(presence=Presence.BUSY) for one in whose}
        return TopicValues(Waiting(total=self.total), presence, dict(self.shared))

    def shown(self, agent_id: int = 7) -> int | None:
        value = self.feed.values_for(agent_id).get("waiting")
        return None if value is None else decode(value, Waiting).total

    async def until_shown(self, total: int | None) -> None:
        async with asyncio.timeout(PATIENCE_S), self.changed:
            await self.changed.wait_for(lambda: self.shown() == total)

    async def changed_to(self, total: int) -> None:
        """The same with a mark: something is new."""
        self.total = total
        self.feed.mark()
        await self.until_shown(total)

    def _tell(self, whom: Collection[int] | None) -> None:
        self.changes += 1
        self.told.append(whom)
        asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()


@asynccontextmanager
async def feeding(bench: Bench) -> AsyncIterator[Bench]:
    task = asyncio.create_task(bench.feed.run())
    try:
        yield bench
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_change_is_read_once_and_told_once() -> None:
    async with feeding(Bench()) as bench:
        await bench.until_shown(0)
        bench.total = 3
        bench.feed.mark()
        await bench.until_shown(3)
        assert (bench.reads, bench.changes) == (2, 2)
        assert decode(bench.feed.values_for(7)["presence"], OwnPresence).presence is Presence.BUSY


async def test_a_storm_of_changes_is_read_no_faster_than_the_gap() -> None:
    loop = asyncio.get_running_loop()
    async with feeding(Bench(gap=0.1)) as bench:
        begun = loop.time()
        for total in range(1, 1_000):
            bench.total = total
            bench.feed.mark()
            await asyncio.sleep(0)
        await bench.until_shown(999)
        assert bench.reads <= 2 + (loop.time() - begun) / 0.1


async def test_a_lost_hint_costs_the_nets_time() -> None:
    async with feeding(Bench(net=0.1)) as bench:
        await bench.until_shown(0)
        bench.total = 5
        await bench.until_shown(5)


async def test_nothing_is_read_for_nobody_and_nothing_old_is_shown_to_the_next() -> None:
    async with feeding(Bench(gap=0.01)) as bench:
        await bench.until_shown(0)
        bench.present = []
        reads = bench.reads
        bench.feed.mark()
        await bench.until_shown(None)
        assert bench.reads == reads
        bench.present, bench.total = [8], 2
        bench.feed.mark()
        async with asyncio.timeout(PATIENCE_S), bench.changed:
            await bench.changed.wait_for(lambda: bench.shown(8) == 2)


async def test_who_never_shared_a_thread_hears_nothing_of_it_and_who_did_hears_the_end() -> None:
    async with feeding(Bench()) as bench:
        await bench.until_shown(0)
        assert "shared" not in bench.feed.values_for(7)
        bench.shared = {7: Shared(threads=(SharedThread(thread_id=3, peers=(Peer(name="Ben"),)),))}
        await bench.changed_to(1)
        assert decode(bench.feed.values_for(7)["shared"], Shared) == bench.shared[7]
        bench.shared = {}
        await bench.changed_to(2)
        assert decode(bench.feed.values_for(7)["shared"], Shared) == Shared()


async def test_presences_of_all_are_read_only_where_some_may_have_changed() -> None:
    async with feeding(Bench(gap=0.01)) as bench:
        await bench.until_shown(0)
        bench.present = [7, 8]
        bench.total = 1
        bench.feed.mark({"waiting"})
        await bench.until_shown(1)
        assert decode(bench.feed.values_for(8)["presence"], OwnPresence).presence is Presence.BUSY
        bench.total = 2
        bench.feed.mark({"waiting"})
        await bench.until_shown(2)
        bench.total = 3
        bench.feed.mark({"waiting", "presence"})
        await bench.until_shown(3)
        assert bench.asked == [[7], [8], [], [7, 8]]


async def test_only_those_are_told_for_whom_something_is_new() -> None:
    async with feeding(Bench(gap=0.01)) as bench:
        await bench.until_shown(0)
        bench.present = [7, 8]
        bench.feed.mark({"waiting"})
        async with asyncio.timeout(PATIENCE_S), bench.changed:
            await bench.changed.wait_for(lambda: bench.shown(8) == 0 and "presence" in bench.feed.values_for(8))
        assert bench.told == [None, [8]]
