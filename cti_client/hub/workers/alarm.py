"""Waiting for a wake-up or an instant of the hub's clock, whichever comes first."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from cti_client.domain import Millis

_LONGEST_SECONDS = 60.0
_LONGEST_SHARED_SECONDS = 1.0


def longest_sleep(*, shared: bool) -> float:
    """Seconds after which a worker looks by itself, though nothing woke it.

    `shared`: other hubs work in the same database, and their wake-ups get lost with a connection now and then.
    """
    return _LONGEST_SHARED_SECONDS if shared else _LONGEST_SECONDS


class Alarm(Protocol):
    """What a worker sleeps on. A wake-up before the wait is not lost."""

    def wake(self) -> None:
        """End the wait under way, or the next one at once. Called on the loop of the waiter."""

    async def wait(self, until: Millis | None) -> None:
        """Return after a wake-up, or once the clock shows `until` (None: only a wake-up ends it)."""


class ClockAlarm:
    """The real one. Looks at the clock at least every `longest` seconds, so that a clock that was set is obeyed.

    `gap`: the least seconds between the ends of two waits. Wake-ups that come thicker are one.
    """

    def __init__(self, clock: Callable[[], Millis], longest: float = _LONGEST_SECONDS, gap: float = 0.0) -> None:
        self._clock = clock
        self._longest = longest
        self._gap = gap
        self._rested_at = 0.0
        self._event = asyncio.Event()

    def wake(self) -> None:
        """See `Alarm`."""
        self._event.set()

    async def wait(self, until: Millis | None) -> None:
        """See `Alarm`. May return early, which a worker must bear: it looks again at what is due."""
        seconds = self._longest if until is None else min(self._longest, max(0.0, (until - self._clock()) / 1000))
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        if self._gap:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(self._rested_at - loop.time())
            self._rested_at = loop.time() + self._gap
        self._event.clear()
