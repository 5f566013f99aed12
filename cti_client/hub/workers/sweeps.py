"""Housekeeping at an interval: leases that ran out, records nobody needs any more."""

import asyncio
from collections.abc import Awaitable, Callable


class Sweep:
    """Does `job` at once on start, then every `seconds`. Its failure ends `run`; run it again."""

    def __init__(
        self,
        job: Callable[[], Awaitable[object]],
        seconds: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._job = job
        self._seconds = seconds
        self._sleep = sleep

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._job()
            await self._sleep(self._seconds)
