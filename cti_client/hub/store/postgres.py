"""The store of a team's hubs: PostgreSQL, any number of hub processes side by side."""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from cti_client.domain import Millis
from cti_client.hub.bus import Bus
from cti_client.hub.store.place import settle_in
from cti_client.hub.store.postgres_lanes import READ_ONLY, READ_WRITE, Lane, Lanes, NotCommittedError
from cti_client.hub.store.postgres_options import PostgresOptions
from cti_client.hub.store.postgres_schema import ensure_schema
from cti_client.hub.store.records import write_news
from cti_client.hub.store.store import StoreAwayError, Tx

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

MOST_TRIES = 8
_FIRST_PAUSE_S = 0.005


class PostgresStore:
    """A `Store` on one database. `open` and `close` it; use it from the event loop that opened it.

    Transactions run side by side (READ COMMITTED, with the row locks that functions take); one that the database gives
    up for another's sake runs again from the start, a few times. `write` returns after the commit is on the server's
    disk. Once begun it is carried out even if its caller is cancelled. A COMMIT whose answer was lost is never
    repeated: that is `StoreAwayError`, and whoever asked asks again under the same id.
    """

    def __init__(self, options: PostgresOptions, clock: Callable[[], Millis], bus: Bus) -> None:
        self._options = options
        self._clock = clock
        self._bus = bus
        self._lanes = Lanes(options, self._greet)
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def open(self) -> None:
        """Make or upgrade the tables and connect.

        Raises `SchemaTooNewError` and `NotOurDatabaseError` (see `schema.py`), `StoreAwayError`.
        """
        await ensure_schema(self._options)
        async with self._lanes.lane():
            log.info("connected to the database %s", self._options.name)

    async def write(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Commit `fn`'s changes, then return its result. An exception of `fn` rolls back just its own changes.

        Raises `StoreAwayError` where the database does not answer; nothing was committed then as far as is known.
        """
        return await self._see_through(self._write(lambda tx: fn(tx, *args, **kwargs)), "transaction")

    async def read(self, fn: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a query in one consistent read transaction. It must not return anything that reads on later."""

        def query(conn: Connection) -> R:
            return fn(conn, *args, **kwargs)

        def on(lane: Lane) -> Coroutine[Any, Any, R]:
            return lane.ask(query) if getattr(fn, "is_one_statement", False) else lane.carry(READ_ONLY, query)

        return await self._see_through(self._repeat(on, query=True), "query")

    async def close(self) -> None:
        """Finish what is under way and let go of the database."""
        self._closed = True
        while self._running:
            await asyncio.wait(self._running)
        await self._lanes.close()

    async def _see_through(self, work: Coroutine[Any, Any, R], name: str) -> R:
        """A caller who gives up leaves no connection in the middle of a statement."""
        if self._closed:
            work.close()
            raise StoreAwayError("The store is closed.")
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # it was told to whoever still waits

    async def _write(self, run: Callable[[Tx], R]) -> R:
        """`news` and `wakes` are of the try that was committed."""

        def work(conn: Connection) -> tuple[R, Tx, frozenset[int]]:
            tx = Tx(conn, self._clock())
            value = run(tx)
            return value, tx, write_news(tx)

        value, tx, agents = await self._repeat(lambda lane: lane.carry(READ_WRITE, work))
        self._bus.publish_hint(agents, tx.news.topics, tx.wakes)
        return value

    async def _repeat(self, on: Callable[[Lane], Coroutine[Any, Any, R]], *, query: bool = False) -> R:
        """Until it is neither given up for another transaction's sake, nor met by a connection lost before its end."""
        last: NotCommittedError | None = None
        for tried in range(MOST_TRIES):
            if last is not None:
                await asyncio.sleep(_pause(tried))
            try:
                async with self._lanes.lane(query=query) as lane:
                    return await on(lane)
            except NotCommittedError as error:
                last = error
            if last.gone:
                await self._lanes.drop_idle()
        raise StoreAwayError(f"The database gave a transaction up {MOST_TRIES} times.") from last

    async def _greet(self, lane: Lane) -> None:
        """A new connection: perhaps to a server that was restored meanwhile, or to the one that stands in for it."""
        if await lane.carry(READ_WRITE, settle_in):
            log.warning(
                "the database %s was restored or failed over: every desktop starts from a snapshot", self._options.name
            )


def _pause(tried: int) -> float:
    """Seconds to wait, different for each, so that those who collided do not meet again."""
    return random.uniform(0.5, 1.0) * _FIRST_PAUSE_S * 2.0**tried  # noqa: S311  no secret depends on it
