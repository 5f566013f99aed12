"""The one place where a hub is wired.

Start: database, configuration, connections, workers, and last the doors. Stop: the other way round, so that nothing
is taken in that could not be stored, and what gateways said of submits under way is still recorded.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from cti_client.domain import Millis
from cti_client.hub.bus import Bus, Hint
from cti_client.hub.config import ConfigError, HubConfig
from cti_client.hub.directory import Directory
from cti_client.hub.health import HealthBoard
from cti_client.hub.intake import take_in
from cti_client.hub.services.configure import apply_configuration
from cti_client.hub.services.outbox import expire_leases
from cti_client.hub.store.prune import KeepRecords, prune
from cti_client.hub.store.sqlite import SqliteStore
from cti_client.hub.store.store import Store
from cti_client.hub.web.agent_sockets import AgentSockets
from cti_client.hub.web.app import build_app
from cti_client.hub.web.context import WebContext
from cti_client.hub.web.server import WebServer
from cti_client.hub.web.tokens import TokenBook
from cti_client.hub.web.topic_feed import TopicFeed
from cti_client.hub.workers.alarm import ClockAlarm
from cti_client.hub.workers.crew import Crew
from cti_client.hub.workers.health_checks import HealthCheck
from cti_client.hub.workers.offers import OfferWorker
from cti_client.hub.workers.outbox import OutboxWorker
from cti_client.hub.workers.polling import Poller
from cti_client.hub.workers.sweeps import Sweep
from cti_client.telephony.sms.connection import (
    ConnectionSettings,
    InboundMode,
    Intake,
    SmsConnection,
    WebhookOutcome,
)
from cti_client.telephony.sms.registry import make_connection, system_clock
from cti_client.telephony.sms.settings import SettingsError

log = logging.getLogger(__name__)

_LEASE_SWEEP_SECONDS = 10.0
_OFFERS_GAP_SECONDS = 0.2  # every new offer wakes its worker, and deadlines are seconds away
_PRUNE_SECONDS = 3_600.0
_GOODBYE_SECONDS = 3.0
_SUBMIT_SECONDS = 5.0
_RECORD_SECONDS = 2.0

ConnectionMaker = Callable[[ConnectionSettings], SmsConnection]


class Hub:
    """A running hub. Lives on the loop that started it; owns everything `start` made."""

    def __init__(
        self,
        config: HubConfig,
        connection_maker: ConnectionMaker = make_connection,
        clock: Callable[[], Millis] = system_clock,
    ) -> None:
        self._config = config
        self._connection_maker = connection_maker
        self._clock = clock
        self._closing = AsyncExitStack()
        self.url = ""
        """The address for desktops, once started."""

    async def start(self) -> str:
        """Start and return the address for desktops.

        Raises `ConfigError`, `OSError` (the port is taken, the folder is not there), or what the store raises where
        the database cannot be used. Nothing is left running then.
        """
        try:
            await self._start()
        except BaseException:
            await self._closing.aclose()
            raise
        log.info("hub listens at %s", self.url)
        return self.url

    async def stop(self) -> None:
        """Say goodbye to desktops, let submits end, and close the database. Open chats stay open."""
        await self._closing.aclose()

    async def _start(self) -> None:
        config, clock, closing = self._config, self._clock, self._closing
        server = WebServer(config)
        closing.push_async_callback(server.stop)
        self.url = server.url
        connections = self._make_connections()
        bus = Bus()
        store = SqliteStore(config.database, clock, bus)
        await store.open()
        closing.push_async_callback(store.close)
        closing.push_async_callback(server.stop)
        await store.write(apply_configuration, config)

        sockets = AgentSockets(store, grace_seconds=config.grace_seconds, most=config.limits.sockets)
        settings = [one.settings for one in connections.values()]
        health = HealthBoard(settings, clock, lambda: topics.mark())
        topics = TopicFeed(store, health, sockets.present, sockets.wake_topics)
        outboxes = [
            OutboxWorker(one, store, health, ClockAlarm(clock), clock, at_once=config.limits.submits)
            for one in connections.values()
        ]
        offers = OfferWorker(store, ClockAlarm(clock, gap=_OFFERS_GAP_SECONDS), clock)
        wakers = {"outbox": [outbox.wake for outbox in outboxes], "offers": [offers.wake]}

        def on_hint(hint: Hint) -> None:
            sockets.wake(hint.agents)
            if hint.topics:
                topics.mark()
            for name in hint.wakes:
                for wake in wakers.get(name, ()):
                    wake()

        closing.callback(bus.on_hint(on_hint))
        await self._start_connections(connections, store, outboxes)
        crew = Crew()
        closing.push_async_callback(crew.stop)
        for outbox in outboxes:
            crew.start(f"outbox of {outbox.connection_id}", outbox.run)
        crew.start("offers", offers.run)
        crew.start("topics", topics.run)
        crew.start("net of lost hints", sockets.run_net)
        crew.start("absent agents", sockets.watch_over_absent)
        crew.start("leases", Sweep(lambda: store.write(expire_leases), _LEASE_SWEEP_SECONDS).run)
        keep = KeepRecords(ms=int(config.keep_days * 86_400_000))
        crew.start("old records", Sweep(lambda: store.write(prune, keep), _PRUNE_SECONDS).run)
        self._watch_gateways(crew, connections, store, health)

        context = WebContext(
            config=config,
            store=store,
            clock=clock,
            tokens=TokenBook(store),
            sockets=sockets,
            connections=connections,
            topics=topics,
            directory=Directory(config.directory, store),
        )
        closing.push_async_callback(context.directory.close)
        await server.start(build_app(context))
        closing.push_async_callback(sockets.close, _GOODBYE_SECONDS)

    def _make_connections(self) -> dict[str, SmsConnection]:
        """Each knows the address under which its gateway reaches the hub."""
        made: dict[str, SmsConnection] = {}
        for index, one in enumerate(self._config.connections):
            public_url = one.settings.public_url or self._config.public_url or self.url
            try:
                made[one.settings.id] = self._connection_maker(replace(one.settings, public_url=public_url))
            except SettingsError as error:
                raise ConfigError(f"connections[{index}].{error.key}", str(error).partition(": ")[2]) from error
        return made

    async def _start_connections(
        self, connections: Mapping[str, SmsConnection], store: Store, outboxes: Sequence[OutboxWorker]
    ) -> None:
        """On stop: nothing more is taken, submits get a moment, connections end them, and outcomes are recorded."""

        async def end() -> None:
            await asyncio.gather(*(outbox.finish(_SUBMIT_SECONDS) for outbox in outboxes))
            await asyncio.gather(*(one.stop() for one in connections.values()))
            await asyncio.gather(*(outbox.finish(_RECORD_SECONDS) for outbox in outboxes))
            await asyncio.gather(*(outbox.abort() for outbox in outboxes))

        self._closing.push_async_callback(end)
        for connection_id, connection in connections.items():
            await connection.start(_intake(store, connection_id))

    def _watch_gateways(
        self, crew: Crew, connections: Mapping[str, SmsConnection], store: Store, health: HealthBoard
    ) -> None:
        for one in self._config.connections:
            connection = connections[one.settings.id]
            if connection.inbound is InboundMode.POLL:
                poller = Poller(
                    connection,
                    store,
                    health,
                    ClockAlarm(self._clock),
                    self._clock,
                    every_ms=int(one.poll_seconds * 1000),
                )
                crew.start(f"poll of {one.settings.id}", poller.run)
            if one.test_seconds > 0:
                check_up = HealthCheck(
                    connection, health, ClockAlarm(self._clock), self._clock, every_ms=int(one.test_seconds * 1000)
                )
                crew.start(f"health of {one.settings.id}", check_up.run)


def _intake(store: Store, connection_id: str) -> Intake:
    async def intake(outcome: WebhookOutcome) -> None:
        await store.write(take_in, connection_id, outcome.texts, outcome.reports)

    return intake
