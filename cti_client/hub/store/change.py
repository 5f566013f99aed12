"""Sets columns of one versioned row and counts its version up.

The statement for a set of columns is made once: making one takes as long as running it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, Update, bindparam, update


def change_row(conn: Connection, table: Table, row_id: int, values: Mapping[str, Any]) -> None:
    """Set these columns of the row with this id; its `version` counts up. `values` are plain, not expressions."""
    parameters = {f"new_{name}": value for name, value in values.items()}
    conn.execute(_change(table, tuple(values)), {"changed_id": row_id, **parameters})


@cache
def _change(table: Table, names: tuple[str, ...]) -> Update:
    columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return update(table).where(table.c.id == bindparam("changed_id")).values(version=table.c.version + 1, **columns)
