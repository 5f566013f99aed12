"""Carries the write-ahead log into the database file, beside the writer instead of within its commits.

SQLite does it by itself within the commit that made the log long enough, and whoever waits for that commit waits for
two more syncs of the disk. Here a thread with a connection of its own does it as soon as the log has grown; a passive
checkpoint holds up no writer and no reader. The writer's own checkpoint stays as the bound of a log that grows faster.
"""

import contextlib
import sqlite3
import threading

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from cti_client.hub.store.sqlite_engine import raw_connection

CHANGES_BETWEEN = 500
"""Changed rows after which it is worth while: some two MiB of log."""

WRITERS_OWN_PAGES = 8_000
"""Pages of log (32 MiB) at which the writer checkpoints by itself."""


class Checkpointer:
    """Owns the thread. `start` and `finish` it; `count` is the writer's, after each commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._due = threading.Event()
        self._ending = False
        self._carried = 0
        self._thread = threading.Thread(target=self._run, name="store checkpoints", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def count(self, raw: sqlite3.Connection) -> None:
        """A commit of this connection is done. Returns at once."""
        changes = raw.total_changes
        if not 0 <= changes - self._carried < CHANGES_BETWEEN:
            self._carried = changes
            self._due.set()

    def finish(self) -> None:
        """End the thread. Blocks while a checkpoint is under way."""
        self._ending = True
        self._due.set()
        if self._thread.ident is not None:  # it was started
            self._thread.join()

    def _run(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            if self._ending:
                return
            with contextlib.suppress(sqlite3.Error, SQLAlchemyError):  # the writer meets what is wrong and says so
                self._carry()

    def _carry(self) -> None:
        with self._engine.connect() as conn:
            raw_connection(conn).execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
