"""The outbox's worker: submits what it took, each once, and records every outcome."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from cti_client.domain import Millis
from cti_client.domain.delivery import FailureReason
from cti_client.hub.health import HealthBoard
from cti_client.hub.services.outbox import next_due, record_outcome, take_due
from cti_client.hub.store.store import StoreAwayError
from cti_client.hub.workers.outbox import LEASE_MS, OutboxWorker
from cti_client.telephony.sms.connection import NotTaken, OutboundSms, Refused, SplitMode, SubmitOutcome, Taken, Unclear
from tests.helpers.fake_alarm import FakeAlarm
from tests.helpers.fake_connection import FakeConnection
from tests.helpers.scripted_store import ScriptedStore

NOW = 1_000_000
PATIENCE_S = 10.0


def sms(number: int) -> OutboundSms:
    return OutboundSms(message_id=number, sender="+15550100", recipient=f"+1555123{number:04}", text="Hi")


class OutboxStore(ScriptedStore):
    """Answers the three functions which the worker runs, from lists."""

    def __init__(self) -> None:
        self.due: list[OutboundSms] = []
        self.later: Millis | None = None
        self.takes: list[int] = []
        self.recorded: list[tuple[int, SubmitOutcome]] = []
        self.away = 0
        self.blocked = False
        self.take_begun = asyncio.Event()
        self.take_may_end = asyncio.Event()
        self.take_may_end.set()
        self.all_recorded = asyncio.Condition()

    async def on_read(self, fn: Callable[..., Any], *args: Any) -> Any:
        assert fn is next_due
        assert args == ("fake",)
        return NOW if self.due else self.later

    async def on_write(self, fn: Callable[..., Any], *args: Any) -> Any:
        if fn is take_due:
            _, limit, lease = args
            assert lease == LEASE_MS
            self.takes.append(limit)
            if self.blocked:
                return []
            batch, self.due = self.due[:limit], self.due[limit:]
            self.take_begun.set()
            await self.take_may_end.wait()
            return batch
        assert fn is record_outcome
        if self.away:
            self.away -= 1
            raise StoreAwayError("locked")
        async with self.all_recorded:
            self.recorded.append((args[0], args[1]))
            self.all_recorded.notify_all()
        return None

    async def until_recorded(self, count: int) -> list[tuple[int, SubmitOutcome]]:
        async with asyncio.timeout(PATIENCE_S), self.all_recorded:
            await self.all_recorded.wait_for(lambda: len(self.recorded) >= count)
        return self.recorded


class Bench:
    """A worker with everything around it fake."""

    def __init__(self, *, at_once: int = 4, per_second: float | None = None) -> None:
        self.gateway = FakeConnection(per_second=per_second)
        self.store = OutboxStore()
        self.alarm = FakeAlarm()
        self.slept: list[float] = []
        self.now = NOW
        self.running: asyncio.Task[None]
        self.health = HealthBoard([self.gateway.settings], lambda: NOW, lambda: None)
        self.worker = OutboxWorker(
            self.gateway, self.store, self.health, self.alarm, lambda: self.now, at_once=at_once, sleep=self._sleep
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def health_detail(self) -> str:
        (state,) = self.health.topic().connections
        return "ok" if state.ok else state.detail


@asynccontextmanager
async def working(bench: Bench) -> AsyncIterator[Bench]:
    task = bench.running = asyncio.create_task(bench.worker.run())
    try:
        yield bench
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await bench.worker.abort()


async def test_what_is_due_goes_and_its_outcome_is_recorded() -> None:
    async with working(Bench()) as bench:
        assert await bench.alarm.asleep() is None
        bench.store.due = [sms(1), sms(2)]
        bench.worker.wake()
        recorded = await bench.store.until_recorded(2)
        assert sorted(recorded, key=lambda entry: entry[0]) == [
            (1, Taken(gateway_id="fake-1")),
            (2, Taken(gateway_id="fake-2")),
        ]
        assert bench.health_detail() == "ok"


async def test_it_sleeps_until_the_next_is_due() -> None:
    bench = Bench()
    bench.store.later = NOW + 30_000
    async with working(bench):
        assert await bench.alarm.asleep() == NOW + 30_000


async def test_at_most_so_many_are_under_way() -> None:
    release = asyncio.Event()

    async def slow(one: OutboundSms) -> SubmitOutcome:
        await release.wait()
        return Taken()

    bench = Bench(at_once=3)
    bench.gateway.answer = slow
    bench.store.due = [sms(number) for number in range(10)]
    async with working(bench):
        await bench.gateway.until(lambda: len(bench.gateway.submitted) == 3)
        await bench.alarm.asleep()
        assert len(bench.gateway.submitted) == 3
        release.set()
        await bench.store.until_recorded(10)
        assert max(bench.store.takes) == 3


async def test_a_gateway_that_does_not_answer_is_tried_with_one_text_at_a_time() -> None:
    """Each text that it leaves open becomes unknown, and somebody has to find out what became of it."""
    answers = asyncio.Semaphore(0)
    said: list[SubmitOutcome] = []

    async def answer(_: OutboundSms) -> SubmitOutcome:
        await answers.acquire()
        return said.pop(0)

    bench = Bench(at_once=3)
    bench.gateway.answer = answer
    bench.store.due = [sms(number) for number in range(9)]
    submitted = bench.gateway.submitted
    async with working(bench):
        for count, outcome in ((3, Unclear(detail="no answer")), (4, Unclear(detail="no answer")), (5, Taken())):
            await bench.gateway.until(lambda count=count: len(submitted) == count)  # type: ignore[misc]  # bound now
            for _ in range(3 if count == 3 else 1):
                said.append(outcome)
                answers.release()
        await bench.gateway.until(lambda: len(submitted) == 8)
        for _ in range(4):
            said.append(Taken())
            answers.release()
        await bench.store.until_recorded(9)
        assert bench.store.takes[:4] == [3, 1, 1, 3]


async def test_a_slow_text_holds_no_other_up() -> None:
    release = asyncio.Event()

    async def answer(one: OutboundSms) -> SubmitOutcome:
        if one.message_id == 1:
            await release.wait()
        return Taken()

    bench = Bench()
    bench.gateway.answer = answer
    bench.store.due = [sms(1), sms(2)]
    async with working(bench):
        recorded = await bench.store.until_recorded(1)
        assert [message_id for message_id, _ in recorded] == [2]
        release.set()
        await bench.store.until_recorded(2)


@pytest.mark.parametrize(
    ("outcome", "detail"),
    [
        (Taken(), "ok"),
        (Refused(reason=FailureReason.BAD_NUMBER, detail="no such number"), "ok"),
        (Refused(reason=FailureReason.NO_CREDIT, detail="no credit"), "no credit"),
        (NotTaken(detail="gateway is away"), "gateway is away"),
        (Unclear(detail="no answer"), "no answer"),
    ],
)
async def test_what_the_gateway_says_shows_in_its_health(outcome: SubmitOutcome, detail: str) -> None:
    async def answer(one: OutboundSms) -> SubmitOutcome:
        return outcome

    bench = Bench()
    bench.gateway.answer = answer
    bench.store.due = [sms(1)]
    async with working(bench):
        assert await bench.store.until_recorded(1) == [(1, outcome)]
        assert bench.health_detail() == detail


async def test_an_adapters_mistake_is_unclear_and_its_words_stay_out_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def answer(one: OutboundSms) -> SubmitOutcome:
        raise KeyError("secret words")

    bench = Bench()
    bench.gateway.answer = answer
    bench.store.due = [sms(1)]
    with caplog.at_level(logging.INFO):
        async with working(bench):
            ((_, outcome),) = await bench.store.until_recorded(1)
    assert isinstance(outcome, Unclear)
    assert "KeyError" in caplog.text
    assert "secret words" not in caplog.text


async def test_an_outcome_is_kept_while_the_database_is_away() -> None:
    bench = Bench()
    bench.store.away = 5
    bench.store.due = [sms(1)]
    async with working(bench):
        await bench.store.until_recorded(1)
        assert bench.slept == [0.5, 1.0, 2.0, 4.0, 8.0]
        assert len(bench.gateway.submitted) == 1


async def test_a_text_that_stands_behind_another_is_waited_for_without_spinning() -> None:
    bench = Bench()
    bench.store.due = [sms(1)]
    bench.store.blocked = True
    async with working(bench):
        assert await bench.alarm.asleep() == NOW + 1_000
        assert len(bench.store.takes) == 1
        bench.store.blocked = False
        bench.worker.wake()
        await bench.store.until_recorded(1)


@pytest.mark.parametrize(("asked_ms", "pause_ms"), [(60_000, 60_000), (86_400_000, 300_000)])
async def test_a_gateway_that_asks_to_be_left_alone_is(asked_ms: int, pause_ms: int) -> None:
    bench = Bench(at_once=1)
    bench.store.due = [sms(1), sms(2)]

    async def busy(_: OutboundSms) -> SubmitOutcome:
        return NotTaken(detail="busy", retry_after=asked_ms)

    bench.gateway.answer = busy
    async with working(bench):
        await bench.store.until_recorded(1)
        assert await bench.alarm.asleep() == NOW + pause_ms
        bench.worker.wake()
        assert await bench.alarm.asleep() == NOW + pause_ms
        assert [one.message_id for one in bench.gateway.submitted] == [1]
        bench.now += pause_ms
        bench.worker.wake()
        await bench.store.until_recorded(2)


async def test_a_rate_spaces_the_submits() -> None:
    bench = Bench(at_once=16, per_second=4.0)
    bench.store.due = [sms(number) for number in range(4)]
    async with working(bench):
        await bench.store.until_recorded(4)
    assert len(bench.slept) == 3
    assert bench.slept == pytest.approx([0.25, 0.5, 0.75], abs=0.1)


async def test_a_text_of_several_messages_has_as_many_turns() -> None:
    bench = Bench(at_once=16, per_second=4.0)
    bench.gateway.settings = replace(bench.gateway.settings, split=SplitMode.SEPARATE)
    bench.store.due = [replace(sms(1), text="x" * 300), sms(2), sms(3)]
    async with working(bench):
        await bench.store.until_recorded(3)
    assert bench.slept == pytest.approx([0.75, 1.0], abs=0.1)


async def test_a_turn_that_is_too_far_away_is_not_waited_for_under_the_lease() -> None:
    bench = Bench(at_once=16, per_second=0.2)
    bench.gateway.settings = replace(bench.gateway.settings, split=SplitMode.SEPARATE)
    bench.store.due = [replace(sms(1), text="x" * 1_600), sms(2)]
    async with working(bench):
        assert await bench.alarm.asleep() == pytest.approx(NOW + 40_000, abs=1_000)
        recorded = dict(await bench.store.until_recorded(2))
        assert isinstance(recorded[1], Taken)
        assert recorded[2] == NOT_BEGUN
        assert [one.message_id for one in bench.gateway.submitted] == [1]


async def test_a_very_slow_rate_takes_no_more_than_its_leases_bear() -> None:
    bench = Bench(at_once=16, per_second=0.5)
    bench.store.due = [sms(number) for number in range(8)]
    async with working(bench):
        await bench.store.until_recorded(8)
    assert max(bench.store.takes) == 5


async def test_finish_takes_nothing_more_and_waits_for_what_is_under_way() -> None:
    release = asyncio.Event()

    async def slow(one: OutboundSms) -> SubmitOutcome:
        await release.wait()
        return Taken()

    bench = Bench(at_once=1)
    bench.gateway.answer = slow
    bench.store.due = [sms(1), sms(2)]
    async with working(bench):
        await bench.gateway.until(lambda: len(bench.gateway.submitted) == 1)
        finishing = asyncio.create_task(bench.worker.finish(PATIENCE_S))
        await asyncio.sleep(0)
        assert not finishing.done()
        release.set()
        await finishing
        assert bench.store.recorded == [(1, Taken())]
        assert [one.message_id for one in bench.gateway.submitted] == [1]


async def test_abort_leaves_what_never_answered_to_its_lease() -> None:
    async def frozen(one: OutboundSms) -> SubmitOutcome:
        await asyncio.Event().wait()
        raise AssertionError

    bench = Bench()
    bench.gateway.answer = frozen
    bench.store.due = [sms(1)]
    async with working(bench):
        await bench.gateway.until(lambda: len(bench.gateway.submitted) == 1)
        await bench.worker.finish(0.01)
        await bench.worker.abort()
        assert bench.store.recorded == []


NOT_BEGUN = NotTaken(detail="", retry_after=0, asked=False)


async def test_what_is_taken_while_it_stops_goes_back_into_the_queue() -> None:
    """The transaction is under way and commits, whoever waits for it."""
    bench = Bench()
    bench.store.due = [sms(1), sms(2)]
    bench.store.take_may_end.clear()
    async with working(bench):
        await bench.store.take_begun.wait()
        finishing = asyncio.create_task(bench.worker.finish(PATIENCE_S))
        await asyncio.sleep(0)
        assert not finishing.done()
        bench.store.take_may_end.set()
        await finishing
        assert sorted(bench.store.recorded) == [(1, NOT_BEGUN), (2, NOT_BEGUN)]
        assert bench.gateway.submitted == []
        assert bench.health_detail() == "ok"


async def test_what_is_taken_while_it_is_cancelled_goes_back_into_the_queue() -> None:
    """Another hub has the gateway now."""
    bench = Bench()
    bench.store.due = [sms(1), sms(2)]
    bench.store.take_may_end.clear()
    task = asyncio.create_task(bench.worker.run())
    await bench.store.take_begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    bench.store.take_may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(await bench.store.until_recorded(2)) == [(1, NOT_BEGUN), (2, NOT_BEGUN)]
    assert bench.gateway.submitted == []
    bench.store.due = [sms(3)]
    async with working(bench):
        assert (await bench.store.until_recorded(3))[2] == (3, Taken(gateway_id="fake-3"))


@pytest.mark.parametrize("way", ["finish", "abort", "cancel"])
async def test_what_waits_for_its_turn_when_the_work_ends_goes_back_into_the_queue(way: str) -> None:
    bench = Bench(at_once=3, per_second=1.0)
    waiting = asyncio.Semaphore(0)

    async def long(seconds: float) -> None:
        waiting.release()
        await asyncio.Event().wait()

    bench.worker = OutboxWorker(
        bench.gateway, bench.store, bench.health, bench.alarm, lambda: NOW, at_once=3, sleep=long
    )
    bench.store.due = [sms(1), sms(2), sms(3)]
    async with working(bench), asyncio.timeout(PATIENCE_S):
        await bench.store.until_recorded(1)
        for _ in range(2):
            await waiting.acquire()
        match way:
            case "finish":
                await bench.worker.finish(PATIENCE_S)
            case "abort":
                await bench.worker.finish(0)
                await bench.worker.abort()
            case _:
                bench.running.cancel()
        recorded = await bench.store.until_recorded(3)
        assert sorted(recorded[1:]) == [(2, NOT_BEGUN), (3, NOT_BEGUN)]
        assert [one.message_id for one in bench.gateway.submitted] == [1]
