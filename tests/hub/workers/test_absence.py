"""C6: the watch over absent agents: when it looks, when it says that it is there, and whom it notes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from cti_client.domain import Millis
from cti_client.hub.services.desks import absences, note_absence, process_seen, process_started
from cti_client.hub.workers.absence import AbsenceWatch
from tests.helpers.fake_alarm import FakeAlarm
from tests.helpers.scripted_store import ScriptedStore

GRACE: Millis = 60_000
START: Millis = 1_000


class Bench(ScriptedStore):
    """A store that answers with the absences that the test says, and notes what is written."""

    def __init__(self, *, alone: bool = False) -> None:
        self.now = START
        self.absent: dict[int, Millis | None] = {}
        self.written: list[object] = []
        self.alarm = FakeAlarm()
        self.busy: asyncio.Event | None = None
        """Set once somebody is being noted, which then never ends."""
        self.watch = AbsenceWatch(
            self, self.alarm, lambda: self.now, process_id="me", grace_seconds=GRACE / 1000, alone=alone
        )

    async def on_read(self, fn: Callable[..., Any], *args: Any) -> Any:
        assert fn is absences
        return dict(self.absent)

    async def on_write(self, fn: Callable[..., Any], *args: Any) -> Any:
        if fn is note_absence and self.busy is not None:
            self.busy.set()
            await asyncio.Event().wait()
        self.written.append((fn, args[0]) if fn is note_absence else fn)
        if fn is note_absence:
            del self.absent[args[0]]

    async def wake_at(self, now: Millis) -> Millis | None:
        await self.alarm.asleep()
        self.now = now
        self.watch.wake()
        return await self.alarm.asleep()


@asynccontextmanager
async def watching(bench: Bench) -> AsyncIterator[Bench]:
    task = asyncio.create_task(bench.watch.run())
    try:
        await bench.alarm.asleep()
        yield bench
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_one_of_several_hubs_looks_every_five_seconds() -> None:
    async with watching(Bench()) as bench:
        assert bench.written == [process_started]
        assert bench.alarm.waits[-1] == START + 5_000
        assert await bench.wake_at(START + 4_999) == START + 9_999


async def test_a_hub_says_that_it_is_there_while_it_is_busy_with_a_crowd_of_absent_agents() -> None:
    """Else the agents it serves would be taken for gone in their turn."""
    bench = Bench()
    async with watching(bench):
        busy = bench.busy = asyncio.Event()
        bench.absent = {7: START - 10 * GRACE}
        bench.now = START + 2 * GRACE
        bench.watch.wake()
        await busy.wait()
        await bench.watch.say_so()
        assert bench.written[-1] is process_seen


async def test_a_hub_that_is_alone_writes_nothing_while_nothing_happens() -> None:
    async with watching(Bench(alone=True)) as bench:
        assert await bench.wake_at(START + 60_000) == START + 120_000
        assert bench.written == [process_started]


async def test_an_agent_is_noted_at_the_end_of_the_grace_time() -> None:
    async with watching(Bench(alone=True)) as bench:
        later = START + 2 * GRACE
        bench.absent = {7: later + 100}
        assert await bench.wake_at(later) == later + 100
        assert bench.written == [process_started]
        await bench.wake_at(later + 100)
        assert bench.written[-1] == (note_absence, 7)


async def test_after_the_start_everybody_has_the_whole_grace_time() -> None:
    """All hubs were down over night: what the rows say of that time is nobody's fault."""
    async with watching(Bench(alone=True)) as bench:
        bench.absent = {7: START - 10 * GRACE}
        assert await bench.wake_at(START + 1) == START + GRACE
        assert bench.written == [process_started]
        await bench.wake_at(START + GRACE)
        assert bench.written[-1] == (note_absence, 7)


async def test_one_of_whom_no_desktop_is_known_is_noted_at_once() -> None:
    async with watching(Bench(alone=True)) as bench:
        bench.absent = {7: None}
        assert await bench.wake_at(START + 1) == START + 1 + GRACE
        assert bench.written[-1] == (note_absence, 7)
