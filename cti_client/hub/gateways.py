"""The gateways of one hub: the connections, and the workers that submit, fetch and ask after them.

With several hubs over one database, what only one of them may do (a session that a gateway allows once, polling, a
limited rate) is done by the hub that holds the connection's lease; everything else by each.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from functools import partial

from cti_client.domain import Millis
from cti_client.hub.config import ConfigError, ConnectionConfig, HubConfig
from cti_client.hub.health import HealthBoard
from cti_client.hub.intake import take_in
from cti_client.hub.store.store import Store
from cti_client.hub.trouble import trouble
from cti_client.hub.workers.alarm import Alarm, ClockAlarm, longest_sleep
from cti_client.hub.workers.crew import Crew
from cti_client.hub.workers.health_checks import HealthCheck
from cti_client.hub.workers.held import HeldWork
from cti_client.hub.workers.outbox import OutboxWorker
from cti_client.hub.workers.polling import Poller
from cti_client.hub.workers.reconciler import Reconciler
from cti_client.telephony.sms.connection import (
    CanBeAsked,
    ConnectionSettings,
    InboundMode,
    SmsConnection,
    WebhookOutcome,
)
from cti_client.telephony.sms.settings import SettingsError

log = logging.getLogger(__name__)

ConnectionMaker = Callable[[ConnectionSettings], SmsConnection]

_SUBMIT_SECONDS = 5.0
_RECORD_SECONDS = 2.0


def make_connections(config: HubConfig, hub_url: str, make: ConnectionMaker) -> dict[str, SmsConnection]:
    """All of the settings, by id, not started. Each knows the address under which its gateway reaches the hub.

    Raises `ConfigError`.
    """
    made: dict[str, SmsConnection] = {}
    for index, one in enumerate(config.connections):
        public_url = one.settings.public_url or config.public_url or hub_url
        try:
            made[one.settings.id] = make(replace(one.settings, public_url=public_url))
        except SettingsError as error:
            raise ConfigError(f"connections[{index}].{error.key}", str(error).partition(": ")[2]) from error
    return made


class Gateways:
    """Owns the connections and their workers from `start` to `stop`."""

    def __init__(
        self,
        config: HubConfig,
        connections: Mapping[str, SmsConnection],
        store: Store,
        health: HealthBoard,
        clock: Callable[[], Millis],
        *,
        shared_by: str = "",
    ) -> None:
        """`shared_by`: this hub's name among those over the same database; empty where there can be no other."""
        self._gateways = [
            _Gateway(
                one,
                connections[one.settings.id],
                store,
                health,
                ClockAlarm(clock, longest_sleep(shared=bool(shared_by))),
                clock,
                submits=config.limits.submits,
            )
            for one in config.connections
        ]
        self._store = store
        self._health = health
        self._shared_by = shared_by
        self._held: list[HeldWork] = []
        self._crew = Crew()
        self._hurry = asyncio.Event()

    def wake_outboxes(self) -> None:
        """A text may be due."""
        for one in self._gateways:
            one.outbox.wake()

    def wake_leases(self) -> None:
        """Another hub has let go of a gateway."""
        for held in self._held:
            held.wake()

    async def start(self) -> None:
        """Start connections and workers; where another hub holds a gateway, wait for its turn."""
        for one in self._gateways:
            by_turns = bool(self._shared_by) and one.is_for_one
            if not (by_turns and one.is_bound):
                await one.open()
            if by_turns:
                held = HeldWork(
                    f"gateway {one.id}",
                    self._shared_by,
                    self._store,
                    one.work_by_turns,
                    note=partial(self._health.detail, one.id),
                    elsewhere=partial(self._health.say, one.id),
                )
                self._held.append(held)
                self._crew.start(f"turn at {one.id}", held.run)
            else:
                one.work(self._crew)

    def hurry(self) -> None:
        """Wait no longer for submits under way: they become unknown."""
        self._hurry.set()

    async def stop(self) -> None:
        """Take nothing more, give submits under way a moment, let connections end them, and record the outcomes."""
        await self._unless_hurried(one.finish(_SUBMIT_SECONDS) for one in self._gateways)
        await asyncio.gather(*(one.connection.stop() for one in self._gateways))
        await self._unless_hurried(one.finish(_RECORD_SECONDS) for one in self._gateways)
        await asyncio.gather(*(one.outbox.abort() for one in self._gateways))
        await self._crew.stop()

    async def _unless_hurried(self, works: Iterable[Coroutine[None, None, None]]) -> None:
        hurry = asyncio.ensure_future(self._hurry.wait())
        work = asyncio.gather(*works)
        try:
            await asyncio.wait((hurry, work), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (hurry, work):
                task.cancel()
            _, ended = await asyncio.gather(hurry, work, return_exceptions=True)
        if isinstance(ended, Exception):
            log.error("a gateway did not stop in order: %s", trouble(ended))


class _Gateway:
    """One connection and those who work at it."""

    def __init__(
        self,
        config: ConnectionConfig,
        connection: SmsConnection,
        store: Store,
        health: HealthBoard,
        outbox_alarm: Alarm,
        clock: Callable[[], Millis],
        *,
        submits: int,
    ) -> None:
        self.id = config.settings.id
        self.connection = connection
        self.outbox = OutboxWorker(connection, store, health, outbox_alarm, clock, at_once=submits)
        self._store = store
        self._stopping = False
        self._works = [(f"outbox of {self.id}", self.outbox.run)]
        if connection.inbound is InboundMode.POLL:
            every_ms = int(config.poll_seconds * 1000)
            poller = Poller(connection, store, health, ClockAlarm(clock), clock, every_ms=every_ms)
            self._works.append((f"poll of {self.id}", poller.run))
        if isinstance(connection, CanBeAsked):
            reconciler = Reconciler(self.id, connection, store, ClockAlarm(clock), clock)
            self._works.append((f"open texts of {self.id}", reconciler.run))
        if config.test_seconds > 0:
            every_ms = int(config.test_seconds * 1000)
            check_up = HealthCheck(connection, health, ClockAlarm(clock), clock, every_ms=every_ms)
            self._works.append((f"health of {self.id}", check_up.run))

    @property
    def is_for_one(self) -> bool:
        """Whether only one hub may work at it at a time."""
        return self.connection.inbound is not InboundMode.WEBHOOK or self.connection.settings.per_second is not None

    @property
    def is_bound(self) -> bool:
        """Whether it has a session of its own with the gateway, which is there while it is this hub's turn."""
        return self.connection.inbound is InboundMode.BIND

    async def open(self) -> None:
        """Have the connection ready; gateways may call any hub."""
        await self.connection.start(self._take_in)

    def work(self, crew: Crew) -> None:
        """Have the crew work at it."""
        for name, work in self._works:
            crew.start(name, work)

    async def work_by_turns(self) -> None:
        """Work at it until cancelled."""
        crew = Crew()
        if self.is_bound:
            await self.open()
        self.work(crew)
        try:
            await asyncio.Event().wait()
        finally:
            await crew.stop()
            if self.is_bound and not self._stopping:
                await self.connection.stop()

    async def finish(self, seconds: float) -> None:
        """Take nothing more and give submits under way this long to end."""
        self._stopping = True
        await self.outbox.finish(seconds)

    async def _take_in(self, outcome: WebhookOutcome) -> None:
        await self._store.write(take_in, self.id, outcome.texts, outcome.reports)
