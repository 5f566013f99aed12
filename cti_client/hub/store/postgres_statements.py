"""The short way of `statements.py` to PostgreSQL: compiled text and values, handed straight to asyncpg."""

from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy import Connection

from cti_client.hub.store.postgres_errors import as_sqlalchemys


def fetch(conn: Connection, sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """All rows. Errors are SQLAlchemy's, and never show the values; a lost connection is the driver's error."""
    driver: Any = conn.connection.dbapi_connection
    try:
        rows: Sequence[Sequence[Any]] = driver.run_async(lambda raw: raw.fetch(sql, *values))
    except (asyncpg.PostgresError, asyncpg.DataError) as error:
        raise as_sqlalchemys(error, sql) from None  # which would quote rows
    return rows


def run_many(conn: Connection, sql: str, many: Sequence[Sequence[Any]]) -> None:
    """Once for each of these values, in one go."""
    driver: Any = conn.connection.dbapi_connection
    try:
        driver.run_async(lambda raw: raw.executemany(sql, many))
    except (asyncpg.PostgresError, asyncpg.DataError) as error:
        raise as_sqlalchemys(error, sql) from None  # which would quote rows
