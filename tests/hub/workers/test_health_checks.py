"""Gateways are asked whether they are there, and the header hears of every change once."""

import asyncio
import logging

import pytest

from cti_client.hub.health import HealthBoard
from cti_client.hub.workers.health_checks import HealthCheck
from tests.helpers.fake_alarm import FakeAlarm
from tests.helpers.fake_connection import FakeConnection


class Clock:
    def __init__(self) -> None:
        self.now = 1_000

    def __call__(self) -> int:
        return self.now


async def test_a_gateway_goes_and_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    clock, gateway, alarm = Clock(), FakeConnection(), FakeAlarm()
    changes: list[bool] = []
    board = HealthBoard([gateway.settings], clock, lambda: changes.append(board.topic().connections[0].ok))
    check = HealthCheck(gateway, board, alarm, clock, every_ms=60_000)
    task = asyncio.create_task(check.run())
    with caplog.at_level(logging.INFO):
        try:
            assert await alarm.asleep() == 61_000
            assert changes == []
            for wrong in ("The password is wrong.", "The password is wrong.", ""):
                clock.now += 60_000
                gateway.wrong = wrong
                alarm.wake()
                await asyncio.sleep(0)
                await alarm.asleep()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    assert changes == [False, True]
    assert board.topic().connections[0].since == 181_000
    assert len(caplog.records) == 2


async def test_a_check_that_fails_is_trouble_too(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, gateway, alarm = Clock(), FakeConnection(), FakeAlarm()
    board = HealthBoard([gateway.settings], clock, lambda: None)

    async def fail() -> str:
        raise ConnectionResetError

    monkeypatch.setattr(gateway, "test", fail)
    task = asyncio.create_task(HealthCheck(gateway, board, alarm, clock, every_ms=60_000).run())
    try:
        await alarm.asleep()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    (state,) = board.topic().connections
    assert not state.ok
    assert "ConnectionResetError" in state.detail
    assert not state.simulated
