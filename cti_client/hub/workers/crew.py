"""Owned background tasks: named, restarted with back-off when they fail, cancelled and awaited on stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from cti_client.hub.store.store import StoreAwayError
from cti_client.hub.trouble import trouble

log = logging.getLogger(__name__)

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_LONGEST_AWAY = 5.0
"""While the database is away: customers wait for whoever comes back to it."""
_CALM_SECONDS = 60.0


class Crew:
    """Runs workers until it is stopped. A worker that returns is done; one that raises is logged and run again."""

    def __init__(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._pause = pause
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` under this name. Call it on the loop which is to run it."""
        task = asyncio.create_task(self._keep_running(name, work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Cancel all workers and wait until they have ended."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_running(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        pause = _FIRST_PAUSE
        while True:
            begun = loop.time()
            try:
                await work()
            except Exception as error:  # noqa: BLE001  whatever it was, the work must go on
                if loop.time() - begun > _CALM_SECONDS:
                    pause = _FIRST_PAUSE
                if isinstance(error, StoreAwayError):
                    pause = min(pause, _LONGEST_AWAY)
                    log.warning("%s: the database does not answer, again in %.1f s", name, pause)
                else:
                    log.error("%s failed, again in %.1f s: %s", name, pause, trouble(error))
                await self._pause(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return
