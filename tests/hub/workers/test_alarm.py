"""Waiting for a wake-up or an instant."""

import asyncio

from cti_client.hub.workers.alarm import ClockAlarm


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
