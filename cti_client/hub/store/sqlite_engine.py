"""Connections to the SQLite file, and which of its errors mean that the database is away.

The driver is in autocommit (`isolation_level=None`) and SQLAlchemy is told so: transactions are begun and ended by
plain statements alone. The driver's own transaction handling breaks savepoints (a released one outlived the rollback
around it) and does not roll back table definitions.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from cti_client.hub.store.store import StoreAwayError

Synchronous = Literal["FULL", "NORMAL", "OFF"]
"""`FULL`: what is committed outlives a loss of power. The others are for tests that do not watch over that."""

BUSY_SECONDS = 5.0
"""How long a connection waits for another program that has locked the file."""

_AWAY_CODES = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


def sqlite_engine(path: Path, synchronous: Synchronous = "FULL") -> Engine:
    """An engine whose connections are each a new one to this file. Owner of the connections is who opens them."""

    def connect() -> sqlite3.Connection:
        raw = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute(f"PRAGMA synchronous = {synchronous}")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA temp_store = MEMORY")
        raw.execute("PRAGMA cache_size = -16000")  # KiB
        raw.execute("PRAGMA journal_size_limit = 67108864")
        return raw

    return create_engine(
        "sqlite://",
        creator=connect,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        query_cache_size=1000,
        hide_parameters=True,  # an error may be logged, what customers wrote may not
    )


def raw_connection(conn: Connection) -> sqlite3.Connection:
    """The driver's connection under SQLAlchemy's, for BEGIN, SAVEPOINT and COMMIT."""
    raw: Any = conn.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn errors for which the database (disk full, locked, unreadable) is at fault into `StoreAwayError`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code: int | None = getattr(cause, "sqlite_errorcode", None)
        if code is None or code & 0xFF not in _AWAY_CODES:  # the upper bits only say more about the lower eight
            raise
        raise StoreAwayError(f"The database does not answer: {cause}.") from error
