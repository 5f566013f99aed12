"""Lets scheduled texts go when they are due (D3, B9)."""

from collections.abc import Callable

from cti_client.domain import Millis
from cti_client.hub.services.scheduled import next_scheduled, release_due
from cti_client.hub.store.store import Store
from cti_client.hub.workers.alarm import Alarm


class ScheduleWorker:
    """Sleeps until the next is due; one that was scheduled wakes it. A wake-up reads only, unless something is due."""

    def __init__(self, store: Store, alarm: Alarm, clock: Callable[[], Millis]) -> None:
        self._store = store
        self._alarm = alarm
        self._clock = clock

    def wake(self) -> None:
        """There may be one that is due earlier."""
        self._alarm.wake()

    async def run(self) -> None:
        """Work until cancelled. Raises `StoreAwayError`; then run it again."""
        while True:
            due = await self._store.read(next_scheduled)
            while due is not None and due <= self._clock():
                due = await self._store.write(release_due)
            await self._alarm.wait(due)
