"""The worker of scheduled texts: sleeps until the next is due, and writes only then."""

import asyncio
from collections.abc import Callable
from typing import Any

from cti_client.domain import Millis
from cti_client.hub.services.scheduled import next_scheduled, release_due
from cti_client.hub.workers.schedule import ScheduleWorker
from tests.helpers.fake_alarm import FakeAlarm
from tests.helpers.scripted_store import ScriptedStore


class Bench(ScriptedStore):
    """A store with texts that are due when the test says; one transaction lets one of them go."""

    def __init__(self) -> None:
        self.now: Millis = 1_000
        self.due: list[Millis] = []
        self.released: list[Millis] = []
        self.alarm = FakeAlarm()
        self.worker = ScheduleWorker(self, self.alarm, lambda: self.now)

    async def on_read(self, fn: Callable[..., Any], *args: Any) -> Any:
        assert fn is next_scheduled
        return min(self.due, default=None)

    async def on_write(self, fn: Callable[..., Any], *args: Any) -> Any:
        assert fn is release_due
        self.released.append(self.due.pop(0))
        return min(self.due, default=None)


async def test_it_sleeps_until_the_next_is_due_and_lets_all_go_that_are() -> None:
    bench = Bench()
    task = asyncio.create_task(bench.worker.run())
    try:
        assert await bench.alarm.asleep() is None
        bench.due = [5_000, 6_000, 9_000]
        bench.worker.wake()
        assert await bench.alarm.asleep() == 5_000
        assert bench.released == []
        bench.now = 6_000
        bench.worker.wake()
        assert await bench.alarm.asleep() == 9_000
        assert bench.released == [5_000, 6_000]
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
