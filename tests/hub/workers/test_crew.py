"""Owned tasks: restarted when they fail, ended when they return, awaited on stop."""

import asyncio
import logging

import pytest

from cti_client.hub.store.store import StoreAwayError
from cti_client.hub.workers.crew import Crew


async def test_a_failing_worker_is_logged_and_run_again_with_growing_pauses(caplog: pytest.LogCaptureFixture) -> None:
    pauses: list[float] = []
    runs = 0
    done = asyncio.Event()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs <= 8:
            raise ValueError("+15551234567 texted: secret words")
        done.set()

    crew = Crew(pause)
    with caplog.at_level(logging.ERROR):
        crew.start("worker", work)
        async with asyncio.timeout(5):
            await done.wait()
    await crew.stop()
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert len(caplog.records) == 8
    assert all("worker failed" in record.getMessage() for record in caplog.records)
    assert "secret words" not in caplog.text


async def test_a_database_that_is_away_is_no_mistake_and_is_tried_often(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads the log then looks for the database, not for a fault in the program."""
    pauses: list[float] = []
    done = asyncio.Event()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async def work() -> None:
        if len(pauses) < 6:
            raise StoreAwayError
        done.set()

    crew = Crew(pause)
    crew.start("worker", work)
    async with asyncio.timeout(5):
        await done.wait()
    await crew.stop()
    assert pauses == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}
    assert "worker: the database does not answer, again in 5.0 s" in caplog.text


async def test_a_worker_that_returns_is_not_run_again() -> None:
    runs = 0
    done = asyncio.Event()

    async def work() -> None:
        nonlocal runs
        runs += 1
        done.set()

    crew = Crew()
    crew.start("worker", work)
    await done.wait()
    await crew.stop()
    assert runs == 1


async def test_stop_cancels_and_waits_for_the_end() -> None:
    steps: list[str] = []
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            steps.append("cleaned up")

    crew = Crew()
    crew.start("worker", work)
    await begun.wait()
    await crew.stop()
    assert steps == ["cleaned up"]
    assert all(task.get_name() != "worker" for task in asyncio.all_tasks())
