"""Connections to PostgreSQL, each of which carries one transaction at a time.

SQLAlchemy is told that the driver commits by itself; transactions are begun and ended by plain statements here, so
that it is known whether a COMMIT was ever sent. That, and no resetting at each turn, is why the pool is our own.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from cti_client.hub.store.postgres_errors import Verdict, in_short, verdict
from cti_client.hub.store.postgres_options import PostgresOptions
from cti_client.hub.store.store import StoreAwayError

R = TypeVar("R")

READ_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
READ_ONLY = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
"""One moment for all statements of a query."""

_STATEMENTS_KEPT = 500
_GOODBYE_SECONDS = 2.0


class NotCommittedError(Exception):
    """Nothing was committed, and the same function may be run again from the start.

    `gone`: because the connection was lost.
    """

    def __init__(self, *, gone: bool = False) -> None:
        super().__init__("the transaction was given up")
        self.gone = gone


class OutcomeUnknownError(StoreAwayError):
    """The connection was lost during the COMMIT: whether it took place is not known."""


class Lane:
    """One connection. Owned by its pool."""

    def __init__(self, conn: AsyncConnection, raw: asyncpg.Connection) -> None:
        self._conn = conn
        self._raw = raw

    @property
    def sound(self) -> bool:
        """Whether it can carry another transaction."""
        return not self._raw.is_closed() and not self._raw.is_in_transaction()

    async def carry(self, begin: str, work: Callable[[Connection], R]) -> R:
        """Run `work` in one transaction and commit it.

        What `work` raises for reasons of its own rolls back and is raised. `NotCommittedError`: run it again.
        `StoreAwayError`: nothing was committed; `OutcomeUnknownError`, a kind of it: not known.
        """
        try:
            await self._raw.execute(begin)
            answer = await self._conn.run_sync(_in_connection, work)
        except BaseException as error:
            await self._roll_back()
            self._judge(error)
            raise
        await self._commit()
        return answer

    async def ask(self, query: Callable[[Connection], R]) -> R:
        """Run a query of one statement, without a transaction around it. Raises as `carry` does."""
        try:
            return await self._conn.run_sync(_in_connection, query)
        except BaseException as error:
            self._judge(error)
            raise

    async def close(self) -> None:
        """End it in good order where it still answers."""
        if not self.sound:
            self._raw.terminate()
        with contextlib.suppress(Exception):  # it is of no further use either way
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._conn.close()
        self._raw.terminate()

    async def _commit(self) -> None:
        try:
            done = await self._raw.execute("COMMIT")
        except asyncpg.PostgresError as error:
            if verdict(error) is Verdict.AGAIN:
                raise NotCommittedError() from error
            if error.sqlstate and error.sqlstate.startswith("23"):  # a deferred rule was broken
                raise StoreAwayError(f"The database did not commit: {in_short(error)}") from error
            raise OutcomeUnknownError(f"The database did not answer a commit: {in_short(error)}") from error
        except (OSError, TimeoutError, EOFError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            self._raw.terminate()
            raise OutcomeUnknownError(f"The database did not answer a commit: {type(error).__name__}") from error
        if done != "COMMIT":  # a statement had failed and nobody said so
            raise StoreAwayError("The database rolled the transaction back.")

    async def _roll_back(self) -> None:
        """Where that fails, the connection ends, and the server rolls back."""
        if self._raw.is_closed() or not self._raw.is_in_transaction():
            return
        try:
            await self._raw.execute("ROLLBACK")
        except (
            *(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError),
            *(OSError, TimeoutError, EOFError),
        ):
            self._raw.terminate()

    def _judge(self, error: BaseException) -> None:
        """Raise what the error means, if it is the database's."""
        match verdict(error):
            case Verdict.AGAIN:
                raise NotCommittedError() from error
            case Verdict.GONE:
                self._raw.terminate()
                raise NotCommittedError(gone=True) from error
            case Verdict.AWAY:
                self._raw.terminate()
                raise StoreAwayError(f"The database does not answer: {in_short(error)}") from error
            case Verdict.OURS:
                return


def _in_connection(conn: Connection, work: Callable[[Connection], R]) -> R:
    try:
        return work(conn)
    finally:
        begun = conn.get_transaction()
        if begun is not None:
            begun.close()  # SQLAlchemy's own notes alone


class Lanes:
    """A pool of lanes: at most `pool_size`, the one used last first, those who wait in their order.

    Queries never take the last quarter: when all desktops come back at once and each reads its snapshot, a text that
    comes in does not wait behind them. `greet` is run with each new lane before anybody gets it.
    """

    def __init__(self, options: PostgresOptions, greet: Callable[[Lane], Awaitable[None]]) -> None:
        self._options = options
        self._greet = greet
        self._idle: list[Lane] = []
        self._free = asyncio.Semaphore(options.pool_size)
        self._free_for_queries = asyncio.Semaphore(max(1, options.pool_size - max(1, options.pool_size // 4)))
        self._engine = make_engine(options)
        self._closed = False

    @asynccontextmanager
    async def lane(self, *, query: bool = False) -> AsyncIterator[Lane]:
        """A lane for one transaction (`query`: one that only reads). Raises `StoreAwayError` where none can be had."""
        async with AsyncExitStack() as turns:
            try:
                async with asyncio.timeout(self._options.wait_seconds):
                    if query:
                        await turns.enter_async_context(self._free_for_queries)
                    await turns.enter_async_context(self._free)
            except TimeoutError:
                raise StoreAwayError("The database is too busy.") from None
            lane = await self._waiting() or await self._connect()
            try:
                yield lane
            finally:
                if lane.sound and not self._closed:
                    self._idle.append(lane)
                else:
                    await lane.close()

    async def drop_idle(self) -> None:
        """One lane was lost: so may be the others."""
        idle, self._idle = self._idle, []
        for lane in idle:
            await lane.close()

    async def close(self) -> None:
        """Close all; lanes that are in use close at the end of their turn."""
        self._closed = True
        await self.drop_idle()
        await self._engine.dispose()

    async def _waiting(self) -> Lane | None:
        while self._idle:
            lane = self._idle.pop()
            if lane.sound:
                return lane
            await lane.close()
        return None

    async def _connect(self) -> Lane:
        if self._closed:
            raise StoreAwayError("The store is closed.")
        conn = self._engine.connect()
        try:
            async with asyncio.timeout(self._options.connect_seconds):
                await conn.start()
        except Exception as error:
            if verdict(error) is Verdict.OURS:
                raise
            raise StoreAwayError(f"The database does not answer: {in_short(error)}") from error
        checked_out: Any = await conn.get_raw_connection()
        lane = Lane(conn, checked_out.driver_connection)
        try:
            await self._greet(lane)
        except BaseException:
            await lane.close()
            raise
        return lane


def make_engine(options: PostgresOptions) -> AsyncEngine:
    """An engine whose connections are each a new one, in the driver's autocommit."""
    kept = _STATEMENTS_KEPT if options.prepared_statements else 0

    def connect() -> Any:
        driver: Any = engine.dialect.dbapi
        return driver.connect(async_creator_fn=lambda: open_connection(options), prepared_statement_cache_size=kept)

    engine = create_async_engine(
        "postgresql+asyncpg://",
        creator=connect,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        query_cache_size=1000,
        hide_parameters=True,  # an error may be logged, what customers wrote may not
    )
    return engine


async def open_connection(options: PostgresOptions, *, statement_seconds: float | None = None) -> asyncpg.Connection:
    """The driver's own connection, with limits. The caller closes it."""
    wait = options.statement_seconds if statement_seconds is None else statement_seconds
    return await asyncpg.connect(
        options.dsn,
        timeout=options.connect_seconds,
        command_timeout=options.answer_seconds,
        statement_cache_size=_STATEMENTS_KEPT if options.prepared_statements else 0,
        max_cached_statement_lifetime=0,
        server_settings={
            "application_name": "cti-client hub",
            "statement_timeout": str(int(wait * 1000)),
            "lock_timeout": str(int(options.lock_seconds * 1000)),
            "idle_in_transaction_session_timeout": str(int(options.answer_seconds * 1000)),
            "jit": "off",  # our statements are short; compiling one takes longer than running it
        },
    )
