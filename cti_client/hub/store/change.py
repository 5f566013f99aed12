"""Sets columns of one versioned row and counts its version up.

The statement for a set of columns is made once: making one takes as long as running it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, update

from cti_client.hub.store.statements import Statement


def change_row(conn: Connection, table: Table, row_id: int, values: Mapping[str, Any]) -> None:
    """Set these columns of the row with this id; its `version` counts up. `values` are plain, not expressions."""
    parameters = {f"new_{name}": value for name, value in values.items()}
    _change(table, tuple(values)).run(conn, {"changed_id": row_id, **parameters})


@cache
def _change(table: Table, names: tuple[str, ...]) -> Statement:
    columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    by_id = update(table).where(table.c.id == bindparam("changed_id"))
    return Statement(by_id.values(version=table.c.version + 1, **columns))
