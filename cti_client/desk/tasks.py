"""Who owns which background task."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class TaskOwner:
    """Starts named tasks, reports those that fail, and ends them all on `close`.

    `on_failure(name, error)` is called in the loop for every task that ends by an exception; being cancelled is no
    failure.
    """

    def __init__(self, name: str, on_failure: Callable[[str, BaseException], None]) -> None:
        self.name = name
        self._on_failure = on_failure
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    def __len__(self) -> int:
        """How many tasks run now."""
        return len(self._tasks)

    @property
    def closed(self) -> bool:
        """Nothing can be started any more."""
        return self._closed

    def start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run `work` as a task of this owner. Raises `RuntimeError` after `close`."""
        if self._closed:
            work.close()
            raise RuntimeError(f"{self.name} is closed and cannot start {name}")
        task = asyncio.get_running_loop().create_task(work, name=f"{self.name}: {name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Cancel all tasks and await their end. May be called again. Must not be awaited by one of the tasks."""
        self._closed = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._on_failure(task.get_name(), error)
