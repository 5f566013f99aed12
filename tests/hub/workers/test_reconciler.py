"""D3: gateways are asked about open texts, page by page, and their faults end a round alone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from cti_client.domain.delivery import DeliveryState
from cti_client.hub.services.unsettled import take_answers, unsettled
from cti_client.hub.workers.reconciler import EVERY_MS, PAGES, Reconciler
from cti_client.telephony.sms.connection import AskedSms, DeliveryReport
from tests.helpers.fake_alarm import FakeAlarm
from tests.helpers.scripted_store import ScriptedStore

NOW = 1_000_000


def asked(message_id: int) -> AskedSms:
    return AskedSms(message_id=message_id, attempt=1, recipient="+15551230001")


class Answering:
    """A gateway that knows the fate of even ids, or is broken."""

    def __init__(self) -> None:
        self.broken = False
        self.stumbles_over = 0
        self.heard: list[list[int]] = []

    async def ask(self, texts: Sequence[AskedSms]) -> tuple[DeliveryReport, ...]:
        self.heard.append([one.message_id for one in texts])
        if self.broken or texts[0].message_id == self.stumbles_over:
            raise OSError("away")
        return tuple(
            DeliveryReport(message_id=one.message_id, state=DeliveryState.DELIVERED, raw="asked")
            for one in texts
            if one.message_id % 2 == 0
        )


class Pages(ScriptedStore):
    def __init__(self) -> None:
        self.pages = [[asked(1), asked(2)], [asked(3)], [asked(4)]]
        self.taken: list[int] = []
        self.read_after: list[int] = []

    async def on_read(self, fn: Callable[..., Any], *args: Any) -> Any:
        assert fn is unsettled
        _, after, _ = args
        self.read_after.append(after)
        return next((page for page in self.pages if page[0].message_id > after), [])

    async def on_write(self, fn: Callable[..., Any], *args: Any) -> Any:
        assert fn is take_answers
        self.taken += [report.message_id for report in args[1]]


class Bench:
    def __init__(self) -> None:
        self.now = NOW
        self.gateway, self.store, self.alarm = Answering(), Pages(), FakeAlarm()
        self.reconciler = Reconciler("fake", self.gateway, self.store, self.alarm, lambda: self.now)


@asynccontextmanager
async def running(bench: Bench) -> AsyncIterator[Bench]:
    task = asyncio.create_task(bench.reconciler.run())
    try:
        yield bench
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_every_page_is_asked_about_and_answers_are_stored() -> None:
    async with running(Bench()) as bench:
        assert await bench.alarm.asleep() == NOW + EVERY_MS
        assert bench.gateway.heard == [[1, 2], [3], [4]]
        assert bench.store.read_after == [0, 2, 3, 4]
        assert bench.store.taken == [2, 4]


async def test_an_alarm_that_rings_early_asks_nobody() -> None:
    async with running(Bench()) as bench:
        await bench.alarm.asleep()
        bench.alarm.wake()
        await bench.alarm.asleep()
        assert len(bench.gateway.heard) == 3
        bench.now += EVERY_MS
        bench.alarm.wake()
        assert await bench.alarm.asleep() == NOW + 2 * EVERY_MS
        assert len(bench.gateway.heard) == 6


async def next_round(bench: Bench) -> None:
    bench.now += EVERY_MS
    bench.alarm.wake()
    await bench.alarm.asleep()


async def test_a_gateway_that_is_away_is_asked_again_later() -> None:
    async with running(Bench()) as bench:
        await bench.alarm.asleep()
        bench.gateway.broken = True
        await next_round(bench)
        assert bench.gateway.heard[3:] == [[1, 2]]
        bench.gateway.broken = False
        bench.store.taken.clear()
        await next_round(bench)
        await next_round(bench)
        assert bench.store.taken == [4, 2, 4]


async def test_texts_that_a_gateway_stumbles_over_keep_nobody_else_from_being_asked_about() -> None:
    bench = Bench()
    bench.gateway.stumbles_over = 1
    async with running(bench):
        await bench.alarm.asleep()
        await next_round(bench)
        assert bench.gateway.heard == [[1, 2], [3], [4]]
        await next_round(bench)
        assert bench.gateway.heard[3:] == [[1, 2]]


async def test_a_round_is_so_many_calls_and_the_next_goes_on_there() -> None:
    bench = Bench()
    bench.store.pages = [[asked(number)] for number in range(1, PAGES + 3)]
    async with running(bench):
        await bench.alarm.asleep()
        assert len(bench.gateway.heard) == PAGES
        await next_round(bench)
        assert bench.gateway.heard[PAGES:] == [[PAGES + 1], [PAGES + 2]]
        await next_round(bench)
        assert bench.gateway.heard[PAGES + 2] == [1]
