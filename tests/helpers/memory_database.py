"""A SQLite database in memory, with the store's way of transactions, for tests outside an event loop."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, create_engine, insert
from sqlalchemy.pool import StaticPool

from cti_client.hub.store import tables

R = TypeVar("R")


class MemoryDatabase:
    """The tables, and nothing in them but the hub's own row. `close` it."""

    def __init__(self) -> None:
        raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        raw.execute("PRAGMA foreign_keys = ON")
        self._raw = raw
        self._engine = create_engine(
            "sqlite://", creator=lambda: raw, poolclass=StaticPool, isolation_level="AUTOCOMMIT"
        )
        self._conn = self._engine.connect()
        tables.metadata.create_all(self._conn, checkfirst=False)
        self._conn.execute(insert(tables.hub).values(id=1, hub_id="in memory"))

    def transact(self, fn: Callable[[Connection], R]) -> R:
        """Run `fn` in one transaction; what it raises rolls back."""
        self._raw.execute("BEGIN IMMEDIATE")
        try:
            answer = fn(self._conn)
        except BaseException:
            self._raw.execute("ROLLBACK")
            raise
        self._raw.execute("COMMIT")
        return answer

    def close(self) -> None:
        """Let it go."""
        self._conn.close()
        self._engine.dispose()
        self._raw.close()
