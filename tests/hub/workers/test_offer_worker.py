"""The offers' worker: lapses at the deadline, routes what a wake-up shows, and else only reads."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from cti_client.domain import Millis
from cti_client.hub.services.lapse_offers import lapse_offers
from cti_client.hub.workers.offers import OfferWorker
from tests.helpers.fake_alarm import FakeAlarm
from tests.helpers.scripted_store import ScriptedStore


class Bench(ScriptedStore):
    """A store that answers with what the test says stands open, and counts sweeps."""

    def __init__(self) -> None:
        self.now: Millis = 1_000
        self.deadlines: list[Millis] = []
        self.routable = False
        self.sweeps: list[Millis] = []
        self.alarm = FakeAlarm()
        self.worker = OfferWorker(self, self.alarm, lambda: self.now)

    async def on_read(self, fn: Callable[..., Any], *args: Any) -> Any:
        return min(self.deadlines, default=None), self.routable

    async def on_write(self, fn: Callable[..., Any], *args: Any) -> Any:
        assert fn is lapse_offers
        self.sweeps.append(self.now)
        self.deadlines = [deadline for deadline in self.deadlines if deadline > self.now]
        self.routable = False
        return min(self.deadlines, default=None)

    async def wake_at(self, now: Millis) -> Millis | None:
        await self.alarm.asleep()
        self.now = now
        self.worker.wake()
        return await self.alarm.asleep()


@asynccontextmanager
async def working(bench: Bench) -> AsyncIterator[Bench]:
    task = asyncio.create_task(bench.worker.run())
    try:
        await bench.alarm.asleep()
        yield bench
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_it_sweeps_once_on_start_and_then_once_a_minute() -> None:
    async with working(Bench()) as bench:
        assert bench.sweeps == [1_000]
        assert bench.alarm.waits[-1] == 61_000
        await bench.wake_at(30_000)
        assert bench.sweeps == [1_000]
        await bench.wake_at(61_000)
        assert bench.sweeps == [1_000, 61_000]


async def test_a_new_offer_only_moves_the_alarm() -> None:
    async with working(Bench()) as bench:
        bench.deadlines = [21_000]
        assert await bench.wake_at(2_000) == 21_000
        assert bench.sweeps == [1_000]


async def test_an_offer_lapses_at_its_deadline_and_not_before() -> None:
    async with working(Bench()) as bench:
        bench.deadlines = [21_000, 25_000]
        assert await bench.wake_at(20_999) == 21_000
        assert bench.sweeps == [1_000]
        assert await bench.wake_at(21_000) == 25_000
        assert bench.sweeps == [1_000, 21_000]


async def test_a_chat_that_may_go_before_somebody_is_routed() -> None:
    async with working(Bench()) as bench:
        bench.routable = True
        await bench.wake_at(2_000)
        assert bench.sweeps == [1_000, 2_000]
