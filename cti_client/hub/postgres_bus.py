"""The bus over all hubs of one PostgreSQL database: LISTEN and NOTIFY, on a connection of its own.

A NOTIFY within a data transaction would make all commits wait for one lock, so hints go out after them, merged while
the one before is on its way. What is lost with a connection costs the time until somebody looks by himself.
"""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Iterable

import asyncpg
import msgspec

from cti_client.hub.bus import Bus, Hint
from cti_client.hub.store.postgres_lanes import open_connection
from cti_client.hub.store.postgres_options import PostgresOptions
from cti_client.hub.trouble import trouble

log = logging.getLogger(__name__)

CHANNEL = "cti_client_hints"
LONGEST = 7_900
"""Bytes of a payload; PostgreSQL takes less than 8000."""

_ALIVE_SECONDS = 15.0
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
_FAREWELL_SECONDS = 2.0
_FAULTS = (
    *(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError),
    *(OSError, TimeoutError, EOFError),
)


class Payload(msgspec.Struct, frozen=True, omit_defaults=True):
    """A hint on its way. `hub` is whose it is: a hub does not hear itself twice."""

    hub: str
    agents: tuple[int, ...] = ()
    topics: tuple[str, ...] = ()
    wakes: tuple[str, ...] = ()


class PostgresBus(Bus):
    """`open` and `close` it on the hub's loop; hints may be published from any thread.

    Owns one task, which connects, says what there is to say, and connects again when the connection is lost.
    """

    def __init__(self, options: PostgresOptions) -> None:
        super().__init__()
        self._options = options
        self._hub = uuid.uuid4().hex[:12]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._waiting = Hint()
        self._due = asyncio.Event()
        self._ending = False
        self.connected = asyncio.Event()
        """The other hubs' hints come in."""

    async def open(self) -> None:
        """Begin to connect; returns at once."""
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._run(), name="hints between hubs")

    async def close(self) -> None:
        """Say what is still to be said, if that is quick, and end."""
        self._ending = True
        self._due.set()
        task, self._task = self._task, None
        if task is None:
            return
        await asyncio.wait((task,), timeout=_FAREWELL_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def publish_hint(self, agents: Iterable[int] = (), topics: Iterable[str] = (), wakes: Iterable[str] = ()) -> None:
        """Tell every subscriber here and at the other hubs, soon. Returns at once. Call it after the commit."""
        hint = Hint(frozenset(agents), frozenset(topics), frozenset(wakes))
        if not hint:
            return
        super().publish_hint(hint.agents, hint.topics, hint.wakes)
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the hub is ending
                loop.call_soon_threadsafe(self._add, hint)

    def _add(self, hint: Hint) -> None:
        self._waiting |= hint
        self._due.set()

    async def _run(self) -> None:
        pause = _FIRST_PAUSE_S
        while not self._ending:
            try:
                async with asyncio.timeout(self._options.connect_seconds):
                    conn = await open_connection(self._options)
            except _FAULTS as error:
                log.warning("hints between hubs: no connection to the database (%s)", type(error).__name__)
            except Exception as error:  # noqa: BLE001  whatever it was, the other hubs must be heard again
                log.error("hints between hubs: no connection to the database: %s", trouble(error))
            else:
                pause = _FIRST_PAUSE_S
                await self._serve(conn)
            if not self._ending:
                await self._rest(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def _serve(self, conn: asyncpg.Connection) -> None:
        """Until the connection is lost, or the end."""
        try:
            await conn.execute("SET synchronous_commit = off")  # a hint need not be on the disk; each would wait for it
            await conn.add_listener(CHANNEL, self._heard)
            conn.add_termination_listener(lambda _: self._due.set())
            self.connected.set()
            while not conn.is_closed():
                hint, self._waiting = self._waiting, Hint()
                self._due.clear()
                try:
                    await self._say(conn, hint)
                except BaseException:
                    self._waiting |= hint
                    raise
                if self._ending and not self._waiting:
                    return
                await self._listen(conn)
        except _FAULTS as error:
            log.warning("hints between hubs: connection lost (%s)", type(error).__name__)
        except Exception as error:  # noqa: BLE001  as above; it is made anew
            log.error("hints between hubs: connection given up: %s", trouble(error))
        finally:
            self.connected.clear()
            with contextlib.suppress(Exception):
                await conn.close(timeout=_FAREWELL_SECONDS)
            conn.terminate()

    async def _say(self, conn: asyncpg.Connection, hint: Hint) -> None:
        for payload in payloads(self._hub, hint):
            await conn.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)

    async def _listen(self, conn: asyncpg.Connection) -> None:
        """Until there is something to say. A connection on which nothing moves is tried now and then."""
        if conn.is_closed():
            return
        try:
            async with asyncio.timeout(_ALIVE_SECONDS):
                await self._due.wait()
        except TimeoutError:
            await conn.execute("SELECT 1")

    async def _rest(self, seconds: float) -> None:
        end = asyncio.get_running_loop().time() + seconds
        while not self._ending and (left := end - asyncio.get_running_loop().time()) > 0:
            self._due.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._due.wait()

    def _heard(self, _conn: object, _pid: int, _channel: str, raw: str) -> None:
        hint = hint_of(raw, self._hub)
        super().publish_hint(hint.agents, hint.topics, hint.wakes)


def payloads(hub: str, hint: Hint, longest: int = LONGEST) -> list[str]:
    """The hint as payloads of at most `longest` bytes each."""
    whole = Payload(hub, tuple(sorted(hint.agents)), tuple(sorted(hint.topics)), tuple(sorted(hint.wakes)))
    return _parted(whole, longest) if hint else []


def hint_of(raw: str, hub: str) -> Hint:
    """What a payload says to this hub: nothing where it is its own, or of a kind that a newer hub made up."""
    try:
        payload = msgspec.json.decode(raw, type=Payload)
    except msgspec.DecodeError:
        return Hint()
    if payload.hub == hub:
        return Hint()
    return Hint(frozenset(payload.agents), frozenset(payload.topics), frozenset(payload.wakes))


def _parted(payload: Payload, longest: int) -> list[str]:
    """In halves until they are short enough."""
    raw = msgspec.json.encode(payload)
    parts = max(len(payload.agents), len(payload.topics), len(payload.wakes))
    if len(raw) <= longest or parts == 1:
        return [raw.decode()]
    halves = []
    for which in (0, 1):
        cut = {
            name: names[: len(names) // 2] if which == 0 else names[len(names) // 2 :]
            for name, names in (("agents", payload.agents), ("topics", payload.topics), ("wakes", payload.wakes))
        }
        halves += _parted(msgspec.structs.replace(payload, **cut), longest)
    return halves
