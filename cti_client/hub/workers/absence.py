"""Says of agents whose desktops are not there that they are gone (C6, A9).

That this hub itself is there is said by a task of its own (`say_so`): noting a crowd of absent agents takes a while,
and a hub that was silent meanwhile would lose the agents it serves.
"""

from collections.abc import Callable

from cti_client.domain import Millis
from cti_client.hub.services.desks import (
    Watch,
    absences,
    note_absence,
    process_seen,
    process_started,
)
from cti_client.hub.store.store import Store
from cti_client.hub.workers.alarm import Alarm

BEAT_MS: Millis = 5_000
_SILENT_BEATS = 3
_LONGEST_MS: Millis = 60_000


class AbsenceWatch:
    """Looks when a grace time ends, when it is woken, and at least once a minute; among several hubs every few seconds.

    After its start agents have the whole grace time to find this hub, whatever the database says: perhaps no hub was
    there before. `alone`: no other hub serves this database.
    """

    def __init__(
        self,
        store: Store,
        alarm: Alarm,
        clock: Callable[[], Millis],
        *,
        process_id: str,
        grace_seconds: float,
        alone: bool,
        beat_ms: Millis = BEAT_MS,
    ) -> None:
        self._store = store
        self._alarm = alarm
        self._clock = clock
        self._watch = Watch(
            process_id=process_id, grace_ms=round(grace_seconds * 1000), silence_ms=_SILENT_BEATS * beat_ms
        )
        self._alone = alone
        self._every = _LONGEST_MS if alone else beat_ms
        self._begun: Millis | None = None

    def wake(self) -> None:
        """A desktop has left."""
        self._alarm.wake()

    async def run(self) -> None:
        """Work until cancelled. Raises `StoreAwayError`; then run it again."""
        await self._store.write(process_started, self._watch.process_id, alone=self._alone)
        if self._begun is None:
            self._begun = self._clock()
        while True:
            ends = await self._look()
            await self._alarm.wait(min([self._clock() + self._every, *ends]))

    async def say_so(self) -> None:
        """This hub is there: to be called every `BEAT_MS` where others serve the same database."""
        await self._store.write(process_seen, self._watch.process_id)

    async def _look(self) -> list[Millis]:
        """Note who is gone by now; when the grace times of the others end."""
        begun = self._begun or 0
        found = await self._store.read(absences, self._watch, self._clock())
        coming = []
        for agent_id, end in sorted(found.items()):
            due = None if end is None else max(end, begun + self._watch.grace_ms)
            if due is None or due <= self._clock():
                await self._store.write(note_absence, agent_id, self._watch)
            if due is None:
                coming.append(self._clock() + self._watch.grace_ms)
            elif due > self._clock():
                coming.append(due)
        return coming
