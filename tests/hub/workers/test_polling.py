"""Gateways that must be asked: at once, page by page, the cursor kept only with what it brought (H1a)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from cti_client.hub.health import HealthBoard
from cti_client.hub.intake import take_in_poll
from cti_client.hub.workers.polling import Poller
from cti_client.telephony.sms.connection import InboundMode, InboundSms, PollOutcome
from tests.helpers.fake_alarm import FakeAlarm
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.scripted_store import ScriptedStore

NOW = 1_000_000


def page(number: int) -> PollOutcome:
    sms = InboundSms(gateway_id=f"in-{number}", sender="+15551230001", recipient="+15550100", text="Hi")
    return PollOutcome(texts=(sms,), cursor=f"after {number}")


class CursorStore(ScriptedStore):
    def __init__(self) -> None:
        self.cursor = ""
        self.texts: list[str] = []

    async def on_read(self, fn: Callable[..., Any], *args: Any) -> Any:
        return self.cursor

    async def on_write(self, fn: Callable[..., Any], *args: Any) -> Any:
        assert fn is take_in_poll
        _, texts, _, self.cursor = args
        self.texts += [text.gateway_id for text in texts]


class Bench:
    def __init__(self, *pages: PollOutcome | Exception) -> None:
        self.gateway = FakeConnection(inbound=InboundMode.POLL)
        self.gateway.pages = list(pages)
        self.store = CursorStore()
        self.alarm = FakeAlarm()
        self.health = HealthBoard([self.gateway.settings], lambda: NOW, lambda: None)
        self.poller = Poller(self.gateway, self.store, self.health, self.alarm, lambda: NOW, every_ms=30_000)

    @property
    def fine(self) -> bool:
        return self.health.topic().connections[0].ok


@asynccontextmanager
async def polling(bench: Bench) -> AsyncIterator[Bench]:
    task = asyncio.create_task(bench.poller.run())
    try:
        yield bench
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_everything_is_fetched_at_once_on_start() -> None:
    async with polling(Bench(page(1), page(2), page(3))) as bench:
        assert await bench.alarm.asleep() == NOW + 30_000
        assert bench.store.texts == ["in-1", "in-2", "in-3"]
        assert bench.gateway.cursors == ["", "after 1", "after 2", "after 3"]


async def test_the_next_round_goes_on_from_the_cursor() -> None:
    async with polling(Bench(page(1))) as bench:
        await bench.alarm.asleep()
        bench.gateway.pages = [page(2)]
        bench.alarm.wake()
        await bench.gateway.until(lambda: len(bench.gateway.cursors) == 4)
        await bench.alarm.asleep()
        assert bench.store.texts == ["in-1", "in-2"]
        assert bench.store.cursor == "after 2"


async def test_a_gateway_that_is_away_is_asked_again_later_and_shows_it() -> None:
    async with polling(Bench(ConnectionRefusedError("down"))) as bench:
        await bench.alarm.asleep()
        assert not bench.fine
        assert bench.store.texts == []
        bench.gateway.pages = [page(1)]
        bench.alarm.wake()
        await bench.gateway.until(lambda: len(bench.gateway.cursors) == 3)
        await bench.alarm.asleep()
        assert bench.store.texts == ["in-1"]
        assert bench.fine


async def test_a_page_that_is_there_again_under_the_same_cursor_is_not_asked_for_without_end() -> None:
    stuck = PollOutcome(texts=page(1).texts, cursor="")
    async with polling(Bench(stuck, stuck, stuck)) as bench:
        await bench.alarm.asleep()
        assert bench.gateway.cursors == [""]
