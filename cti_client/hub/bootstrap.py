"""The one place where a hub is wired.

Start: database, configuration, connections, workers, and last the doors. Stop: the other way round, so that nothing
is taken in that could not be stored, and what gateways said of submits under way is still recorded.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from cti_client.domain import Millis
from cti_client.hub.bus import Hint
from cti_client.hub.config import HubConfig, of_the_file
from cti_client.hub.directory import Directory
from cti_client.hub.gateways import ConnectionMaker, Gateways, make_connections
from cti_client.hub.health import HealthBoard
from cti_client.hub.readiness import Readiness
from cti_client.hub.secrets import SecretBox
from cti_client.hub.services import agents, desks, leases
from cti_client.hub.services.configure import apply_configuration
from cti_client.hub.services.outbox import expire_leases, give_up_late
from cti_client.hub.services.outgoing import SCHEDULE
from cti_client.hub.services.scheduled import lead_stranded
from cti_client.hub.services.settings.change import SETTINGS
from cti_client.hub.store.open import is_postgresql, make_bus, make_store
from cti_client.hub.store.prune import KeepRecords, prune
from cti_client.hub.store.store import Tx
from cti_client.hub.web.agent_sockets import AgentSockets
from cti_client.hub.web.app import build_app
from cti_client.hub.web.context import WebContext
from cti_client.hub.web.key_watch import KeyWatch
from cti_client.hub.web.server import WebServer
from cti_client.hub.web.tokens import TokenBook
from cti_client.hub.web.topic_feed import TopicFeed
from cti_client.hub.workers.absence import BEAT_MS, AbsenceWatch
from cti_client.hub.workers.alarm import ClockAlarm, longest_sleep
from cti_client.hub.workers.crew import Crew
from cti_client.hub.workers.offers import OfferWorker
from cti_client.hub.workers.schedule import ScheduleWorker
from cti_client.hub.workers.sweeps import Sweep
from cti_client.telephony.sms.registry import make_connection, system_clock

if TYPE_CHECKING:
    from cti_client.hub.metrics import Metrics

log = logging.getLogger(__name__)

_LEASE_SWEEP_SECONDS = 10.0
_OFFERS_GAP_SECONDS = 0.2  # every new offer wakes its worker, and deadlines are seconds away
_PRUNE_SECONDS = 3_600.0
_GOODBYE_SECONDS = 3.0


class Hub:
    """A running hub. Lives on the loop that started it; owns everything `start` made."""

    def __init__(
        self,
        config: HubConfig,
        connection_maker: ConnectionMaker = make_connection,
        clock: Callable[[], Millis] = system_clock,
        certificates: Awaitable[None] | None = None,
    ) -> None:
        """`certificates`: what has to be awaited before https is spoken, where that is put off."""
        self._config = config
        self._certificates = certificates
        self._box = SecretBox(config.secrets_key)
        self._connection_maker = connection_maker
        self._clock = clock
        self._closing = AsyncExitStack()
        self._server: WebServer | None = None
        self._readiness: Readiness | None = None
        self._gateways: Gateways | None = None
        self._hurry = asyncio.Event()
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
        """Leave in order: not ready, doors closed, goodbye to desktops, submits ended, database closed.

        Desktops are told to connect again at once; another hub may be there already. Open chats stay open.
        """
        if self._readiness is not None:
            self._readiness.drain()
            try:
                async with asyncio.timeout(self._config.drain_seconds):
                    await self._hurry.wait()
            except TimeoutError:
                pass
        await self._closing.aclose()

    def hurry(self) -> None:
        """Leave at once: wait no longer for load balancers and for submits under way."""
        self._hurry.set()
        if self._gateways is not None:
            self._gateways.hurry()

    def learn_keys(self, keys: str) -> None:
        """Secrets may be opened by these keys too (`hub.secrets`). Raises `SecretsKeyError`."""
        if self._box.learn(keys) and self._gateways is not None:
            self._gateways.wake()

    def renew_certificate(self) -> None:
        """Read the TLS certificate's files again. Raises `ConfigError`; the one in use then stays."""
        if self._server is not None:
            self._server.renew_certificate()

    async def _start(self) -> None:
        config, clock, closing = self._config, self._clock, self._closing
        server = self._server = WebServer(config)
        closing.push_async_callback(server.stop)
        self.url = server.url
        metrics = _metrics() if config.metrics_from else None
        maker = self._connection_maker
        if metrics is not None:
            maker = _measured(maker, metrics)
        file = of_the_file(config)
        connections = make_connections(file, self.url, maker)
        bus = make_bus(config.database)
        store = make_store(config.database, clock, bus)
        if metrics is not None:
            from cti_client.hub.measured import MeasuredStore

            store = MeasuredStore(store, metrics)
        await store.open()
        closing.push_async_callback(store.close)
        await bus.open()
        closing.push_async_callback(bus.close)
        closing.push_async_callback(server.stop)
        await store.write(apply_configuration, config)

        process_id = secrets.token_hex(8)
        shared = is_postgresql(config.database)
        sockets = AgentSockets(store, process_id=process_id, most=config.limits.sockets)
        absence = AbsenceWatch(
            store,
            ClockAlarm(clock),
            clock,
            process_id=process_id,
            grace_seconds=config.grace_seconds,
            alone=not shared,
        )
        tokens = TokenBook(store)
        keys = KeyWatch(tokens, sockets)
        settings = [one.settings for one in connections.values()]
        health = HealthBoard(settings, clock, lambda: topics.mark())
        topics = TopicFeed(store, health, sockets.present, sockets.wake_topics, clock)
        shared_by = process_id if shared else ""
        gateways = self._gateways = Gateways(
            file, connections, maker, store, health, self._box, clock, hub_url=self.url, shared_by=shared_by
        )
        offers = OfferWorker(store, ClockAlarm(clock, longest_sleep(shared=shared), gap=_OFFERS_GAP_SECONDS), clock)
        schedule = ScheduleWorker(store, ClockAlarm(clock), clock)
        wakers = {
            "outbox": gateways.wake_outboxes,
            SCHEDULE: schedule.wake,
            "offers": offers.wake,
            leases.WAKE: gateways.wake_leases,
            SETTINGS: gateways.wake,
            agents.TOKENS: keys.wake,
            desks.DESKS: sockets.look,
            desks.ABSENCE: absence.wake,
        }

        def on_hint(hint: Hint) -> None:
            sockets.wake(hint.agents)
            if hint.topics:
                topics.mark(hint.topics)
            for name in hint.wakes:
                if name in wakers:
                    wakers[name]()
            if metrics is not None:
                metrics.hint()

        closing.callback(bus.on_hint(on_hint))
        closing.push_async_callback(gateways.stop)
        await gateways.start(self._certificates)
        crew = Crew()
        closing.push_async_callback(crew.stop)
        crew.start("settings", gateways.run)
        crew.start("offers", offers.run)
        crew.start("scheduled texts", schedule.run)
        crew.start("topics", topics.run)
        crew.start("net of lost hints", sockets.run_net)
        crew.start("absent agents", absence.run)
        if shared:
            crew.start("sign of life", Sweep(absence.say_so, BEAT_MS / 1000).run)
        crew.start("revoked tokens", keys.run)
        crew.start("leases", Sweep(lambda: store.write(_sweep_outbox), _LEASE_SWEEP_SECONDS).run)
        keep = KeepRecords(ms=int(config.keep_days * 86_400_000))
        crew.start("old records", Sweep(lambda: store.write(prune, keep), _PRUNE_SECONDS).run)

        self._readiness = Readiness(store)
        context = WebContext(
            config=config,
            store=store,
            clock=clock,
            tokens=tokens,
            sockets=sockets,
            gateways=gateways,
            box=self._box,
            topics=topics,
            directory=Directory(config.directory, store),
            readiness=self._readiness,
            metrics=metrics,
        )
        closing.push_async_callback(context.directory.close)
        await server.start(build_app(context))
        closing.push_async_callback(sockets.close, _GOODBYE_SECONDS)
        closing.push_async_callback(server.close_doors)


def _sweep_outbox(tx: Tx) -> None:
    expire_leases(tx)
    give_up_late(tx)
    lead_stranded(tx)


def _measured(make: ConnectionMaker, metrics: "Metrics") -> ConnectionMaker:
    from cti_client.hub.measured import measured

    return lambda settings: measured(make(settings), metrics)


def _metrics() -> "Metrics":
    from cti_client.hub.metrics import Metrics  # one person's hub never pays for it

    return Metrics()
