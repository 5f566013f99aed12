"""Inserts for both engines: plain, `ON CONFLICT DO NOTHING` and `ON CONFLICT DO UPDATE`.

SQLAlchemy spells conflicts once for each dialect; the two share their syntax here. They are the one way in which services make
rows that somebody else may be making at the same moment: the unique index decides, the loser reads the winner's row.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table, insert
from sqlalchemy.dialects import postgresql, sqlite


def insert_row(conn: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Insert one row; its id."""
    key = conn.execute(insert(table), values).inserted_primary_key
    assert key is not None
    return int(key[0])


def insert_or_nothing(
    conn: Connection, table: Table, values: Mapping[str, Any], returning: Column[Any] | None = None
) -> Any | None:
    """Insert one row unless a unique index says it is there already.

    Returns the new row's value of `returning` (by default its first primary key column), or None where nothing was
    inserted. On PostgreSQL this waits for a transaction that is inserting the same key, and then sees its row.
    """
    wanted = next(iter(table.primary_key)) if returning is None else returning
    if conn.dialect.name == "postgresql":
        return conn.scalar(postgresql.insert(table).values(values).on_conflict_do_nothing().returning(wanted))
    return conn.scalar(sqlite.insert(table).values(values).on_conflict_do_nothing().returning(wanted))


def upsert(conn: Connection, table: Table, keys: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Insert the row `keys` + `values`, or set `values` where a row with these `keys` (its primary key) is there."""
    row = {**keys, **values}
    if conn.dialect.name == "postgresql":
        on_postgresql = postgresql.insert(table).values(row)
        conn.execute(on_postgresql.on_conflict_do_update(index_elements=list(keys), set_=dict(values)))
    else:
        on_sqlite = sqlite.insert(table).values(row)
        conn.execute(on_sqlite.on_conflict_do_update(index_elements=list(keys), set_=dict(values)))
