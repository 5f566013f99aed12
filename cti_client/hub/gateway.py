"""One gateway of a hub: its connection, and the workers that submit, fetch and ask after texts there.

With several hubs over one database, what only one of them may do (a session that a gateway allows once, polling, a
limited rate) is done by the hub that holds the connection's lease; everything else by each.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine

from cti_client.domain import Millis
from cti_client.hub.config import ConnectionConfig
from cti_client.hub.health import HealthBoard
from cti_client.hub.intake import take_in
from cti_client.hub.store.store import Store
from cti_client.hub.trouble import trouble
from cti_client.hub.workers.alarm import ClockAlarm, longest_sleep
from cti_client.hub.workers.crew import Crew
from cti_client.hub.workers.health_checks import HealthCheck
from cti_client.hub.workers.held import HeldWork
from cti_client.hub.workers.outbox import OutboxWorker
from cti_client.hub.workers.polling import Poller
from cti_client.hub.workers.reconciler import Reconciler
from cti_client.telephony.sms.connection import CanBeAsked, InboundMode, SmsConnection, WebhookOutcome

log = logging.getLogger(__name__)

SUBMIT_SECONDS = 5.0
"""How long submits under way may take to end when the hub stops."""
DRAIN_SECONDS = 41.0
"""The same for a gateway whose settings have changed: longer than any submit takes (`SmsConnection.submit`)."""
_RECORD_SECONDS = 2.0


class Gateway:
    """Owns its connection and workers from `start` to `leave`."""

    def __init__(
        self,
        config: ConnectionConfig,
        connection: SmsConnection,
        store: Store,
        health: HealthBoard,
        clock: Callable[[], Millis],
        *,
        submits: int,
        shared_by: str,
    ) -> None:
        """`shared_by`: this hub's name among those over the same database; empty where there can be no other."""
        self.config = config
        self.id = config.settings.id
        self.connection = connection
        voice = self._voice = health.voice(self.id)
        outbox_alarm = ClockAlarm(clock, longest_sleep(shared=bool(shared_by)))
        self.outbox = OutboxWorker(connection, store, voice, outbox_alarm, clock, at_once=submits)
        self._store = store
        self._stopping = False
        self._crew = Crew()
        self._works = [(f"outbox of {self.id}", self.outbox.run)]
        if connection.inbound is InboundMode.POLL:
            every_ms = int(config.poll_seconds * 1000)
            poller = Poller(connection, store, voice, ClockAlarm(clock), clock, every_ms=every_ms)
            self._works.append((f"poll of {self.id}", poller.run))
        if isinstance(connection, CanBeAsked):
            reconciler = Reconciler(self.id, connection, store, ClockAlarm(clock), clock)
            self._works.append((f"open texts of {self.id}", reconciler.run))
        if config.test_seconds > 0:
            every_ms = int(config.test_seconds * 1000)
            check_up = HealthCheck(connection, voice, ClockAlarm(clock), clock, every_ms=every_ms)
            self._works.append((f"health of {self.id}", check_up.run))
        self._held: HeldWork | None = None
        if shared_by and self.is_for_one:
            name = f"gateway {self.id}"
            self._held = HeldWork(name, shared_by, store, self._work_by_turns, note=voice.detail, elsewhere=voice.say)

    @property
    def is_for_one(self) -> bool:
        """Whether only one hub may work at it at a time."""
        return self.connection.inbound is not InboundMode.WEBHOOK or self.connection.settings.per_second is not None

    @property
    def is_bound(self) -> bool:
        """Whether it has a session of its own with the gateway, which is there while it is this hub's turn."""
        return self.connection.inbound is InboundMode.BIND

    def wake_lease(self) -> None:
        """Another hub has let go of a gateway."""
        if self._held is not None:
            self._held.wake()

    async def start(self) -> None:
        """Start connection and workers; where another hub holds the gateway, wait for its turn."""
        if not (self._held is not None and self.is_bound):
            await self._open()
        if self._held is not None:
            self._crew.start(f"turn at {self.id}", self._held.run)
        else:
            self._work(self._crew)

    async def rest(self) -> None:
        """Begin nothing more, for another takes its place. Submits under way go on until `leave`."""
        self._voice.hush()
        await self._crew.stop()

    async def leave(self, seconds: float, hurry: asyncio.Event) -> None:
        """Take nothing more, give submits under way a moment, let the connection end them, and record the outcomes."""
        await self._unless(hurry, self._finish(seconds))
        await self.connection.stop()
        await self._unless(hurry, self._finish(_RECORD_SECONDS))
        await self.outbox.abort()
        await self._crew.stop()

    async def _open(self) -> None:
        """Have the connection ready; gateways may call any hub."""
        await self.connection.start(self._take_in)

    def _work(self, crew: Crew) -> None:
        for name, work in self._works:
            crew.start(name, work)

    async def _work_by_turns(self) -> None:
        """Work at it until cancelled."""
        crew = Crew()
        if self.is_bound:
            await self._open()
        self._work(crew)
        try:
            await asyncio.Event().wait()
        finally:
            await crew.stop()
            if self.is_bound and not self._stopping:
                await self.connection.stop()

    async def _finish(self, seconds: float) -> None:
        self._stopping = True
        await self.outbox.finish(seconds)

    async def _unless(self, hurry: asyncio.Event, work: Coroutine[None, None, None]) -> None:
        """Wait for the work; no longer once there is a hurry."""
        tasks = asyncio.ensure_future(hurry.wait()), asyncio.ensure_future(work)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            _, ended = await asyncio.gather(*tasks, return_exceptions=True)
        if isinstance(ended, Exception):
            log.error("a gateway did not stop in order: %s", trouble(ended))

    async def _take_in(self, outcome: WebhookOutcome) -> None:
        await self._store.write(take_in, self.id, outcome.texts, outcome.reports)
