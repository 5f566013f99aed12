"""An alarm whose sleeper is seen, and which rings when a test says so."""

import asyncio

from cti_client.domain import Millis

PATIENCE_S = 10.0


class FakeAlarm:
    """`asleep` gives what the sleeper waits for; `wake` ends its wait."""

    def __init__(self) -> None:
        self.waits: list[Millis | None] = []
        self._sleeping = asyncio.Event()
        self._ring = asyncio.Event()

    def wake(self) -> None:
        self._ring.set()

    async def wait(self, until: Millis | None) -> None:
        self.waits.append(until)
        self._sleeping.set()
        await self._ring.wait()
        self._ring.clear()
        self._sleeping.clear()

    async def asleep(self) -> Millis | None:
        """Until the worker has nothing to do; then what it waits for."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await self._sleeping.wait()
                if not self._ring.is_set():
                    return self.waits[-1]
                await asyncio.sleep(0)
