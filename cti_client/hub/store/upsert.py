"""Inserts for both engines: plain, `ON CONFLICT DO NOTHING` and `ON CONFLICT DO UPDATE`.

SQLAlchemy spells conflicts once for each dialect; the two share their syntax here. They are the one way in which
services make rows that somebody else may be making at the same moment: the unique index decides, the loser reads the
winner's row.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Table, insert
from sqlalchemy.dialects import sqlite

from cti_client.hub.store.statements import Statement


def insert_row(conn: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Insert one row; its id."""
    return _insert(table, tuple(values)).insert(conn, values)


def insert_or_nothing(
    conn: Connection, table: Table, values: Mapping[str, Any], returning: Column[Any] | None = None
) -> Any | None:
    """Insert one row unless a unique index says it is there already.

    Returns the new row's value of `returning` (by default its first primary key column), or None where nothing was
    inserted. On PostgreSQL this waits for a transaction that is inserting the same key, and then sees its row.
    """
    wanted = next(iter(table.primary_key)) if returning is None else returning
    on_postgresql = conn.dialect.name == "postgresql"
    return _insert_or_nothing(table, wanted, tuple(values), on_postgresql).scalar(conn, values)


def upsert(conn: Connection, table: Table, keys: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Insert the row `keys` + `values`, or set `values` where a row with these `keys` (a unique index) is there."""
    on_postgresql = conn.dialect.name == "postgresql"
    _upsert(table, tuple(keys), tuple(values), on_postgresql).run(conn, {**keys, **values})


# The statements are made once a table: making one takes as long as running it. PostgreSQL's are imported where they are
# needed: a desktop's own hub never pays for them.


@cache
def _insert(table: Table, columns: tuple[str, ...]) -> Statement:
    return Statement(insert(table), columns)


@cache
def _insert_or_nothing(table: Table, wanted: Column[Any], columns: tuple[str, ...], on_postgresql: bool) -> Statement:
    if on_postgresql:
        from sqlalchemy.dialects import postgresql

        return Statement(postgresql.insert(table).on_conflict_do_nothing().returning(wanted), columns)
    return Statement(sqlite.insert(table).on_conflict_do_nothing().returning(wanted), columns)


@cache
def _upsert(table: Table, keys: tuple[str, ...], values: tuple[str, ...], on_postgresql: bool) -> Statement:
    if on_postgresql:
        from sqlalchemy.dialects import postgresql

        for_postgresql = postgresql.insert(table)
        changes = {name: for_postgresql.excluded[name] for name in values}
        return Statement(for_postgresql.on_conflict_do_update(index_elements=keys, set_=changes), (*keys, *values))
    for_sqlite = sqlite.insert(table)
    changes = {name: for_sqlite.excluded[name] for name in values}
    return Statement(for_sqlite.on_conflict_do_update(index_elements=keys, set_=changes), (*keys, *values))
