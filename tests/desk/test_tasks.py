"""Owned tasks."""

import asyncio

import pytest

from cti_client.desk.tasks import TaskOwner


class Failures(list[tuple[str, BaseException]]):
    def note(self, name: str, error: BaseException) -> None:
        self.append((name, error))


async def test_a_failure_is_reported_under_the_tasks_name() -> None:
    failures = Failures()
    owner = TaskOwner("desk", failures.note)
    error = ValueError("broken")

    async def break_down() -> None:
        raise error

    task = owner.start(break_down(), name="link")
    await asyncio.wait([task])
    await owner.close()

    assert failures == [("desk: link", error)]


async def test_close_cancels_and_awaits_and_reports_no_cancellation() -> None:
    failures = Failures()
    owner = TaskOwner("desk", failures.note)
    started, cleaned = asyncio.Event(), False

    async def wait_for_ever() -> None:
        nonlocal cleaned
        try:
            started.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned = True

    owner.start(wait_for_ever(), name="wait")
    await started.wait()
    await owner.close()

    assert cleaned
    assert failures == []
    assert len(owner) == 0


async def test_a_failure_during_close_is_reported() -> None:
    failures = Failures()
    owner = TaskOwner("desk", failures.note)
    started = asyncio.Event()

    async def break_when_cancelled() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("in the way")

    owner.start(break_when_cancelled(), name="wait")
    await started.wait()
    await owner.close()

    assert [name for name, _ in failures] == ["desk: wait"]


async def test_nothing_starts_after_close() -> None:
    owner = TaskOwner("desk", Failures().note)
    await owner.close()

    async def work() -> None:
        raise AssertionError("ran")

    with pytest.raises(RuntimeError, match="closed"):
        owner.start(work(), name="late")


async def test_a_result_is_the_tasks() -> None:
    owner = TaskOwner("desk", Failures().note)

    async def work() -> int:
        return 7

    assert await owner.start(work(), name="sum") == 7
    await owner.close()
