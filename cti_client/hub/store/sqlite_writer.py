"""The one thread that writes to the SQLite file.

It runs whatever transactions wait, each inside its savepoint, and commits them together: the disk is asked once for
all of them, and nobody is answered before it has said yes. The first transaction never waits for company.
"""

import asyncio
import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from cti_client.domain import Millis
from cti_client.hub.bus import Bus, Hint
from cti_client.hub.store.records import write_news
from cti_client.hub.store.sqlite_checkpoint import WRITERS_OWN_PAGES, Checkpointer
from cti_client.hub.store.sqlite_engine import raw_connection, store_errors
from cti_client.hub.store.store import StoreAwayError, Tx

log = logging.getLogger(__name__)

_MOST_TOGETHER = 64
"""So that the first of a group does not wait long for the last."""


@dataclass(slots=True)
class _Job:
    run: Callable[[Tx], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


@dataclass(slots=True)
class _Done:
    job: _Job
    value: Any = None
    error: BaseException | None = None


class SqliteWriter:
    """Owns the thread and its connection. `submit` may be called from any event loop."""

    def __init__(self, engine: Engine, clock: Callable[[], Millis], bus: Bus) -> None:
        self._engine = engine
        self._clock = clock
        self._bus = bus
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._conn: Connection | None = None
        self._checkpointer = Checkpointer(engine)
        self._thread = threading.Thread(target=self._run, name="store writer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()
        self._checkpointer.start()

    def submit(self, run: Callable[[Tx], Any]) -> asyncio.Future[Any]:
        """Have `run` committed; the future belongs to the running loop. Giving up on it does not stop `run`."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        with self._lock:  # so that nothing comes after the end, where nobody would answer it
            if self._closed:
                raise StoreAwayError("The store is closed.")
            self._queue.put(_Job(run, future, loop))
        return future

    def finish(self) -> None:
        """Take nothing more, commit what waits, end the thread. Blocks."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        if self._thread.ident is not None:  # it was started
            self._thread.join()
        self._checkpointer.finish()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            jobs = self._gather(first)
            try:
                with store_errors():
                    done, hint = self._commit(jobs)
            except Exception as error:  # noqa: BLE001  whatever it is: the thread goes on, and all who wait are told
                self._let_go()
                log.error("%d transactions could not be committed: %s", len(jobs), _away(error))
                done, hint = [_Done(job, error=_away(error)) for job in jobs], Hint()
            self._bus.publish_hint(hint.agents, hint.topics, hint.wakes)
            _answer(done)
            if self._conn is not None:
                self._checkpointer.count(raw_connection(self._conn))
        self._let_go()

    def _gather(self, first: _Job) -> list[_Job]:
        """The first and what waits behind it already."""
        jobs = [first]
        with contextlib.suppress(Empty):
            while len(jobs) < _MOST_TOGETHER:
                job = self._queue.get_nowait()
                if job is None:  # the end, which is `_run`'s to see; nothing comes after it
                    self._queue.put(None)
                    break
                jobs.append(job)
        return jobs

    def _commit(self, jobs: list[_Job]) -> tuple[list[_Done], Hint]:
        """Run all and commit. Raises where the whole group is lost; what a job raises is in its own answer."""
        conn = self._connection()
        raw = raw_connection(conn)
        raw.execute("BEGIN IMMEDIATE")
        done: list[_Done] = []
        hint = Hint()
        for job in jobs:
            tx = Tx(conn, self._clock())
            raw.execute("SAVEPOINT one")
            try:
                with store_errors():
                    value = job.run(tx)
                    agents = write_news(tx)
            except Exception as error:
                if not raw.in_transaction:  # the database gave up the whole group with it (disk full)
                    raise
                raw.execute("ROLLBACK TO one")
                done.append(_Done(job, error=error))
            else:
                done.append(_Done(job, value))
                hint |= Hint(agents, frozenset(tx.news.topics), frozenset(tx.wakes))
            raw.execute("RELEASE one")
        raw.execute("COMMIT")
        return done, hint

    def _connection(self) -> Connection:
        if self._conn is None:
            self._conn = self._engine.connect()
            raw_connection(self._conn).execute(f"PRAGMA wal_autocheckpoint = {WRITERS_OWN_PAGES}")
        return self._conn

    def _let_go(self) -> None:
        """Close the connection, which rolls back whatever is under way; the next group gets a new one."""
        conn, self._conn = self._conn, None
        if conn is not None:
            with contextlib.suppress(sqlite3.Error, SQLAlchemyError):  # it is of no further use either way
                conn.close()


def _away(error: Exception) -> StoreAwayError:
    if isinstance(error, StoreAwayError):
        return error
    away = StoreAwayError(f"The database did not commit: {type(error).__name__}.")
    away.__cause__ = error
    return away


def _answer(done: list[_Done]) -> None:
    """Settle the futures, with one wake-up for each loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Done]] = {}
    for one in done:
        by_loop.setdefault(one.job.loop, []).append(one)
    for loop, its_own in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, its_own)


def _settle(done: list[_Done]) -> None:
    for one in done:
        if one.job.future.done():  # the caller gave up
            continue
        if one.error is not None:
            one.job.future.set_exception(one.error)
        else:
            one.job.future.set_result(one.value)
