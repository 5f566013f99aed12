"""Writes that belong together, in one round trip.

To PostgreSQL every statement is a round trip, which costs about as much as its work. Writes that do not need each
other's result go as one statement there (`WITH ... AS (INSERT ...), ...`); on SQLite, where a statement costs nothing
on the way, one after the other.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, bindparam, literal, select

from cti_client.hub.store.statements import Statement

Rows: TypeAlias = Sequence[Callable[..., Any]]
"""Inserts of one numbered row each. Given what stands for the numbers of those before it, one makes its insert."""
Others: TypeAlias = Callable[..., Sequence[Any]]
"""Given what stands for the rows' numbers, the further statements."""


class CombinedInserts:
    """Inserts of rows that are numbered, and writes that go with them. To be kept for the life of the program.

    None of them sees what another wrote (on PostgreSQL they share one snapshot), so they must touch different rows; the
    rows' numbers are all that is handed on. Every value is a `bindparam` of a name of its own, or a literal.
    """

    def __init__(self, rows: Rows, others: Others) -> None:
        self._names = [f"number_of_row_{place}" for place in range(len(rows))]
        numbers: list[Any] = [bindparam(name) for name in self._names]
        self._rows = [Statement(row(*numbers[:place])) for place, row in enumerate(rows)]
        self._others = [Statement(one) for one in others(*numbers)]
        self._together = Statement(_combined(rows, others, self._names))

    def insert(self, conn: Connection, values: Mapping[str, Any]) -> tuple[int, ...]:
        """Write all; the numbers of the rows."""
        if conn.dialect.name == "sqlite":
            known = dict(values)
            for name, row in zip(self._names, self._rows, strict=True):
                known[name] = row.insert(conn, known)
            for other in self._others:
                other.run(conn, known)
            return tuple(known[name] for name in self._names)
        made: Any = self._together.one(conn, values)
        return tuple(made)


class CombinedInsert:
    """As `CombinedInserts`, of one numbered row."""

    def __init__(self, first: Any, others: Others) -> None:
        self._all = CombinedInserts((lambda: first,), others)

    def insert(self, conn: Connection, values: Mapping[str, Any]) -> int:
        """Write all; the number of the first row."""
        return self._all.insert(conn, values)[0]


def _combined(rows: Rows, others: Others, names: Sequence[str]) -> Any:
    """All in one statement. To be made before any of them is compiled: an insert remembers what it returned then."""
    numbers: list[Any] = []
    for place, make in enumerate(rows):
        row = make(*numbers)
        key = next(iter(row.table.primary_key))
        made = row.returning(key).cte(f"row_{place}")
        numbers.append(select(made.c[key.name]).scalar_subquery())
    further = [
        other.returning(literal(1).label("done")).cte(f"other_{place}") for place, other in enumerate(others(*numbers))
    ]
    named = (number.label(name) for number, name in zip(numbers, names, strict=True))
    return select(*named).add_cte(*further)
