"""Waiting for a wake-up or an instant."""

import asyncio

import pytest

from cti_client.hub.workers.alarm import ClockAlarm, longest_sleep


async def test_a_wake_up_before_the_wait_is_not_lost() -> None:
    alarm = ClockAlarm(lambda: 0)
    alarm.wake()
    async with asyncio.timeout(5):
        await alarm.wait(None)


async def test_a_wake_up_ends_the_wait() -> None:
    alarm = ClockAlarm(lambda: 0)
    waiting = asyncio.create_task(alarm.wait(10**9))
    await asyncio.sleep(0)
    assert not waiting.done()
    alarm.wake()
    async with asyncio.timeout(5):
        await waiting


async def test_an_instant_that_has_passed_ends_the_wait_at_once() -> None:
    alarm = ClockAlarm(lambda: 1_000)
    async with asyncio.timeout(5):
        await alarm.wait(999)
        await alarm.wait(1_000)


async def test_a_far_instant_is_looked_at_again() -> None:
    """The clock may have been set meanwhile, so a wait is cut into pieces."""
    alarm = ClockAlarm(lambda: 0, longest=0.001)
    async with asyncio.timeout(5):
        await alarm.wait(10**9)
        await alarm.wait(None)


async def test_thick_wake_ups_are_one_after_the_gap() -> None:
    alarm = ClockAlarm(lambda: 0, gap=0.05)
    loop = asyncio.get_running_loop()
    alarm.wake()
    await alarm.wait(None)
    first = loop.time()
    alarm.wake()
    waiting = asyncio.create_task(alarm.wait(None))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    alarm.wake()
    await waiting
    assert loop.time() - first >= 0.05
    again = asyncio.create_task(alarm.wait(None))
    async with asyncio.timeout(0.2):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(again, 0.1)


def test_where_wake_ups_may_get_lost_it_sleeps_a_second_at_most() -> None:
    assert longest_sleep(shared=True) == 1.0
    assert longest_sleep(shared=False) == 60.0
