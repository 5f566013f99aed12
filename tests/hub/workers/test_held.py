"""Work for one hub of several: it goes on at one, and at another once the first is gone."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from cti_client.hub.bus import Bus
from cti_client.hub.services.leases import WAKE, release_lease, take_lease
from cti_client.hub.store.store import StoreAwayError, Tx
from cti_client.hub.workers.held import LEASE_SECONDS, HeldWork
from tests.helpers.engines import MakeStore, make_store
from tests.helpers.hub_store import TestClock
from tests.helpers.scripted_store import ScriptedStore

__all__ = ["make_store"]

PATIENCE_S = 20.0
LEASE_MS = int(LEASE_SECONDS * 1000)


class Job:
    """What is done by one hub at a time, and what the hub hears of the others."""

    def __init__(self) -> None:
        self.busy = False
        self.begun = 0
        self.trouble = ""
        self.heard: list[str] = []
        self.has_heard = asyncio.Event()
        self._news = asyncio.Condition()

    async def work(self) -> None:
        self.busy = True
        self.begun += 1
        await self._tell()
        try:
            await asyncio.Event().wait()
        finally:
            self.busy = False
            await self._tell()

    def hear(self, note: str) -> None:
        self.heard.append(note)
        self.has_heard.set()

    async def until(self, what: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(what)

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()


def held(hub: str, store: Any, job: Job, **more: Any) -> HeldWork:
    options = {"renew_seconds": 0.01, **more}
    return HeldWork("gateway", hub, store, job.work, note=lambda: job.trouble, elsewhere=job.hear, **options)


def pass_on(tx: Tx, giver: str, taker: str) -> bool:
    """In one transaction: between two, the giver, who renews its lease all the time, would have it back."""
    release_lease(tx, "gateway", giver)
    return take_lease(tx, "gateway", taker, LEASE_MS, "")


async def end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_one_works_and_the_other_takes_over_at_once(make_store: MakeStore) -> None:
    bus = Bus()
    store = await make_store(None, bus)
    first, second = Job(), Job()
    first.trouble = "The gateway is down."
    one = asyncio.create_task(held("one", store, first).run())
    await first.until(lambda: first.busy)
    waiting = held("two", store, second, renew_seconds=3_600.0)
    stop = bus.on_hint(lambda hint: waiting.wake() if WAKE in hint.wakes else None)
    two = asyncio.create_task(waiting.run())
    async with asyncio.timeout(PATIENCE_S):
        await second.has_heard.wait()
    assert (second.busy, second.heard[0]) == (False, "The gateway is down.")
    await end(one)
    await second.until(lambda: second.busy)
    assert not first.busy
    await end(two)
    stop()
    assert not second.busy


async def test_a_hub_that_died_is_followed_once_its_lease_runs_out(make_store: MakeStore) -> None:
    clock = TestClock()
    store = await make_store(clock)
    await store.write(take_lease, "gateway", "the dead", LEASE_MS, "")
    job = Job()
    task = asyncio.create_task(held("one", store, job).run())
    async with asyncio.timeout(PATIENCE_S):
        await job.has_heard.wait()
    assert not job.begun
    clock.advance(LEASE_MS)
    await job.until(lambda: job.busy)
    await end(task)


async def test_who_lost_the_lease_stops_and_waits(make_store: MakeStore) -> None:
    """A hub that was frozen finds another in its place."""
    clock = TestClock()
    store = await make_store(clock)
    job = Job()
    task = asyncio.create_task(held("one", store, job).run())
    await job.until(lambda: job.busy)
    assert await store.write(pass_on, "one", "two")
    await job.until(lambda: not job.busy)
    await store.write(release_lease, "gateway", "two")
    await job.until(lambda: job.busy)
    await end(task)


class Away(ScriptedStore):
    """Gives the lease once and is away from then on."""

    def __init__(self) -> None:
        self.given = False

    async def on_write(self, fn: Callable[..., Any], *args: Any) -> Any:
        if fn is take_lease and not self.given:
            self.given = True
            return True
        raise StoreAwayError("away")

    async def on_read(self, fn: Callable[..., Any], *args: Any) -> Any:
        raise StoreAwayError("away")


async def test_without_the_database_the_work_ends_before_the_lease_does() -> None:
    now, job = [100.0], Job()
    task = asyncio.create_task(held("one", Away(), job, monotonic=lambda: now[0]).run())
    await job.until(lambda: job.busy)
    now[0] += LEASE_SECONDS - 4.0
    await job.until(lambda: not job.busy)
    with pytest.raises(StoreAwayError):
        await task


async def test_what_the_work_raises_comes_out(make_store: MakeStore) -> None:
    store = await make_store()
    job = Job()

    async def broken() -> None:
        raise ValueError("broken")

    job.work = broken  # type: ignore[method-assign]  # a job that fails
    with pytest.raises(ValueError, match="broken"):
        await held("one", store, job).run()
    assert await store.write(take_lease, "gateway", "two", LEASE_MS, "")
