"""The store of one person's hub: one SQLite file, one writer thread, a few readers."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import LifoQueue
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import Connection

from cti_client.domain import Millis
from cti_client.hub.bus import Bus
from cti_client.hub.store.schema import ensure_schema
from cti_client.hub.store.sqlite_engine import Synchronous, raw_connection, sqlite_engine, store_errors
from cti_client.hub.store.sqlite_writer import SqliteWriter
from cti_client.hub.store.store import StoreAwayError, Tx

P = ParamSpec("P")
R = TypeVar("R")

_READERS = 2


class SqliteStore:
    """A `Store` on one file. `open` and `close` it; every other method may be used from any event loop in between.

    `write` returns after the commit is on the disk (with `synchronous` FULL), `read` sees everything that any `write`
    has returned before. A `write` once begun is carried out even if its caller is cancelled.
    """

    def __init__(self, path: Path, clock: Callable[[], Millis], bus: Bus, *, synchronous: Synchronous = "FULL") -> None:
        self._path = path
        self._engine = sqlite_engine(path, synchronous)
        self._writer = SqliteWriter(self._engine, clock, bus)
        self._readers: LifoQueue[Connection] = LifoQueue()
        self._pool = ThreadPoolExecutor(_READERS, thread_name_prefix="store reader")

    async def open(self) -> None:
        """Make or upgrade the file and open it.

        Raises `SchemaTooNewError` and `NotOurDatabaseError` (see `schema.py`), `StoreAwayError`.
        """
        await asyncio.to_thread(self._open)
        self._writer.start()

    async def write(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Commit `fn`'s changes, then return its result. An exception of `fn` rolls back just its own changes.

        Raises `StoreAwayError` where nothing was committed because the database does not answer.
        """
        return cast(R, await self._writer.submit(lambda tx: fn(tx, *args, **kwargs)))

    async def read(self, fn: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a query in one consistent read transaction. It must not return anything that reads on later."""
        query = partial(self._read, lambda conn: fn(conn, *args, **kwargs))
        try:
            running = asyncio.get_running_loop().run_in_executor(self._pool, query)
        except RuntimeError as error:
            raise StoreAwayError("The store is closed.") from error
        return cast(R, await running)

    async def close(self) -> None:
        """Finish what is under way and let go of the file."""
        await asyncio.to_thread(self._close)

    def _open(self) -> None:
        with store_errors():
            ensure_schema(self._path)
            for _ in range(_READERS):
                reader = self._engine.connect()
                raw_connection(reader).execute("PRAGMA query_only = ON")
                self._readers.put(reader)

    def _read(self, query: Callable[[Connection], Any]) -> Any:
        conn = self._readers.get()
        raw = raw_connection(conn)
        try:
            with store_errors():
                raw.execute("BEGIN")
                return query(conn)
        finally:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            self._readers.put(conn)

    def _close(self) -> None:
        self._writer.finish()
        self._pool.shutdown()
        while not self._readers.empty():
            self._readers.get().close()
