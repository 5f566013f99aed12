"""The gateways of one hub: those of its settings file, and those of the settings screens, which come and go.

What the screens say stands in the database. Every hub compares it with what it runs whenever it is woken, and now and
then in case the wake-up was lost; only a gateway that is set otherwise now is replaced. The old one submits nothing
more and has the time to end what is under way; its texts that wait go by the new one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from cti_client.domain import Millis
from cti_client.hub.config import ConfigError, ConnectionConfig, HubConfig, is_any
from cti_client.hub.desk_connections import LOST, NO_KEY, as_config, desk_connections
from cti_client.hub.gateway import DRAIN_SECONDS, SUBMIT_SECONDS, Gateway
from cti_client.hub.health import HealthBoard
from cti_client.hub.secrets import SecretBox, SecretsLostError
from cti_client.hub.services.outbox import due_now
from cti_client.hub.services.scheduled import lead_stranded
from cti_client.hub.services.settings.of_file import by_address
from cti_client.hub.store.statements import AnyRow
from cti_client.hub.store.store import Store
from cti_client.hub.trouble import trouble
from cti_client.telephony.sms.connection import ConnectionSettings, SmsConnection
from cti_client.telephony.sms.settings import SettingsError

log = logging.getLogger(__name__)

ConnectionMaker = Callable[[ConnectionSettings], SmsConnection]

TESTS_AT_ONCE = 4
_NET_SECONDS = 5.0
_NET_ALONE_SECONDS = 60.0


def make_connections(config: HubConfig, hub_url: str, make: ConnectionMaker) -> dict[str, SmsConnection]:
    """All of the settings file, by id, not started. Each knows the address under which its gateway reaches the hub.

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
        make: ConnectionMaker,
        store: Store,
        health: HealthBoard,
        box: SecretBox,
        clock: Callable[[], Millis],
        *,
        hub_url: str,
        shared_by: str = "",
    ) -> None:
        """`connections`: those of the settings file, made. `make`: makes those of the screens.

        `shared_by`: this hub's name among those over the same database; empty where there can be no other.
        """
        self.hub_url = config.public_url or ("" if is_any(config.host) else hub_url)
        """Where gateways reach this hub; empty where nobody has said so."""
        self.connections: dict[str, SmsConnection] = {}
        """Those that work now, by id; a gateway's calls go to them."""
        self.troubles: dict[str, str] = {}
        """Why one of the screens does not work as it is set, by id."""
        self.file = {one.settings.id: one for one in config.connections}
        """The connections of the settings file, by id, and its lines, by address."""
        self.file_lines = by_address(config.lines)
        self._made = connections
        self._make = make
        self._store = store
        self._health = health
        self._box = box
        self._clock = clock
        self._submits = config.limits.submits
        self._shared_by = shared_by
        self._running: dict[str, Gateway] = {}
        self._versions: dict[str, int] = {}
        """Of the rows of the screens that were last made into gateways, or could not be."""
        self._looks: set[asyncio.Task[None]] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self.test_turn = asyncio.Semaphore(TESTS_AT_ONCE)
        """For whoever tries a connection out."""
        self._turn = asyncio.Lock()
        self._woken = asyncio.Event()
        self._started = self._stopped = False
        self._hurry = asyncio.Event()
        self._cut = asyncio.Event()

    def make(self, settings: ConnectionSettings) -> SmsConnection:
        """A connection by these settings, not started. Raises `SettingsError`."""
        public_url = settings.public_url or self.hub_url
        if not public_url:
            raise SettingsError(
                "public_url", "is needed in the hub's settings file: the gateway is told where the hub is"
            )
        return self._make(replace(settings, public_url=public_url))

    def wake(self) -> None:
        """The screens may say something else now."""
        self._woken.set()

    def wake_outboxes(self) -> None:
        """A text may be due."""
        for one in self._running.values():
            one.outbox.wake()

    def wake_leases(self) -> None:
        """Another hub has let go of a gateway."""
        for one in self._running.values():
            one.wake_lease()

    async def start(self, certificates: Awaitable[None] | None = None) -> None:
        """Start all. `certificates`: what has to come first where https is spoken. Raises `StoreAwayError`."""
        rows = await self._of_screens()
        if certificates is not None and any("https:" in one.settings.lower() for one in rows):
            await certificates
        for connection_id, one in self.file.items():
            await self._begin(self._gateway(one, self._made[connection_id]))
        async with self._turn:
            await self._follow(rows)
            self._started = True

    async def run(self) -> None:
        """Follow the screens until cancelled. Raises `StoreAwayError`; then run it again."""
        net_seconds = _NET_SECONDS if self._shared_by else _NET_ALONE_SECONDS
        while True:
            woken = self._woken.is_set()
            self._woken.clear()
            await self.look()
            if woken:
                await self._store.write(lead_stranded)  # what waited for one that was removed; swept, too
            try:
                async with asyncio.timeout(net_seconds):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Bring what runs in line with what the screens say. Raises `StoreAwayError`.

        Goes on where nobody waits for it any more: a gateway is never left half replaced.
        """
        task = asyncio.create_task(self._look(), name="settings of gateways")
        self._looks.add(task)
        task.add_done_callback(self._looked)
        await asyncio.shield(task)

    def _looked(self, task: asyncio.Task[None]) -> None:
        self._looks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits hears it; where nobody does, the next look finds the same

    async def _look(self) -> None:
        async with self._turn:
            if not self._stopped:
                await self._follow(await self._of_screens())

    async def _follow(self, rows: Sequence[AnyRow]) -> None:
        there = {row.id for row in rows}
        for connection_id in [one for one in self._versions if one not in there]:
            await self._remove(connection_id)
        others = [row for row in rows if self._is_other(row)]
        for ended in await asyncio.gather(*(self._bring_up(row) for row in others), return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended

    def hurry(self) -> None:
        """Wait no longer for submits under way: they become unknown."""
        self._hurry.set()
        self._cut.set()

    async def stop(self) -> None:
        """Take nothing more, give submits under way a moment, let connections end them, and record the outcomes.

        Former gateways have the same moment, and not what is left of their own time.
        """
        self._stopped = True
        async with self._turn:
            ends = [one.leave(SUBMIT_SECONDS, self._hurry) for one in self._running.values()]
            await asyncio.gather(*ends, self._until_left(SUBMIT_SECONDS))
            self._cut.set()
            await asyncio.gather(*self._leaving)
        await asyncio.gather(*self._looks, return_exceptions=True)  # which find that there is nothing to do

    def tested(self, settings: ConnectionSettings, wrong: str) -> None:
        """Somebody tried these out: so it is with the one that runs by them. Of any other it says nothing."""
        running = self._running.get(settings.id)
        if running is not None and _works_alike(running.config, replace(running.config, settings=settings)):
            self._health.say(settings.id, wrong)

    async def _until_left(self, seconds: float) -> None:
        """Until the former gateways have ended, but no longer than this."""
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=seconds)

    async def _of_screens(self) -> list[AnyRow]:
        return [row for row in await self._store.read(desk_connections) if row.id not in self.file]

    def _is_other(self, row: AnyRow) -> bool:
        """Set otherwise than it runs; or it could not be opened, and the key may have come meanwhile."""
        return self._versions.get(row.id) != row.version or self.troubles.get(row.id) in (LOST, NO_KEY)

    async def _bring_up(self, row: AnyRow) -> None:
        """One that is new, changed, or in trouble."""
        self._versions[row.id] = row.version
        try:
            config = as_config(row, self._box)
            old = self._running.get(row.id)
            if old is not None and _works_alike(old.config, config):
                old.config = config
                self._health.add(config.settings)
                return
            gateway = self._gateway(config, self.make(config.settings))
        except SecretsLostError:
            await self._out_of_order(row, LOST if self._box.keeps else NO_KEY)
        except SettingsError as error:
            await self._out_of_order(row, f"{error}.")
        else:
            try:
                await self._replace(gateway)
            except Exception:
                del self._versions[row.id]  # the next look tries again
                raise

    async def _replace(self, new: Gateway) -> None:
        """The new one begins at once where the gateway bears two at a time, while the old one ends its submits."""
        self.troubles.pop(new.id, None)
        old = self._running.pop(new.id, None)
        if old is not None and old.is_bound:
            await old.leave(SUBMIT_SECONDS, self._hurry)
        elif old is not None:
            await self._let_go(old)
        await self._begin(new)
        log.info("connection %s is in use as it is set now", new.id)
        if self._started:
            await self._store.write(due_now, new.id)

    async def _begin(self, gateway: Gateway) -> None:
        self._health.add(gateway.config.settings)
        await gateway.start()
        self._running[gateway.id] = gateway
        self.connections[gateway.id] = gateway.connection

    async def _remove(self, connection_id: str) -> None:
        self._versions.pop(connection_id)
        self.troubles.pop(connection_id, None)
        self.connections.pop(connection_id, None)
        self._health.remove(connection_id)
        old = self._running.pop(connection_id, None)
        if old is not None:
            await self._let_go(old)
            log.info("connection %s is no longer in use", connection_id)

    async def _out_of_order(self, row: AnyRow, why: str) -> None:
        """Set in a way that cannot work here: it shows, and all others go on."""
        if self.troubles.get(row.id) != why:
            log.warning("connection %s cannot be used: %s", row.id, why)
        self.troubles[row.id] = why
        self.connections.pop(row.id, None)
        old = self._running.pop(row.id, None)
        if old is not None:
            await self._let_go(old)
        self._health.add(ConnectionSettings(id=row.id, kind=row.kind, name=row.name))
        self._health.trouble(row.id, why)

    async def _let_go(self, old: Gateway) -> None:
        await old.rest()
        task = asyncio.create_task(self._drain(old), name=f"end of {old.id}")
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _drain(self, old: Gateway) -> None:
        try:
            await old.leave(DRAIN_SECONDS, self._cut)
        except Exception as error:  # noqa: BLE001  nobody waits for it; whatever it was, the others go on
            log.error("the former gateway %s did not end in order: %s", old.id, trouble(error))

    def _gateway(self, config: ConnectionConfig, connection: SmsConnection) -> Gateway:
        return Gateway(
            config,
            connection,
            self._store,
            self._health,
            self._clock,
            submits=self._submits,
            shared_by=self._shared_by,
        )


def _works_alike(old: ConnectionConfig, new: ConnectionConfig) -> bool:
    """Whether they differ at most in what the gateway itself never sees: the name, and what the hub lets through."""
    settings = replace(new.settings, name=old.settings.name, text_policy=old.settings.text_policy)
    return replace(new, settings=settings) == old
