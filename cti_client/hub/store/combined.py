"""Writes that belong together, in one round trip.

To PostgreSQL every statement is a round trip, which costs about as much as its work. Writes that do not need each
other's result go as one statement there (`WITH ... AS (INSERT ...), ...`); on SQLite, where a statement costs nothing
on the way, one after the other.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, bindparam, literal, select

from cti_client.hub.store.statements import Statement

Others: TypeAlias = Callable[[Any], Sequence[Any]]
"""Given what stands for the first row's number, the further statements."""

_FIRST = "number_of_the_first_row"


class CombinedInsert:
    """An insert of one row that is numbered, and writes that go with it. To be kept for the life of the program.

    None of them sees what another wrote (on PostgreSQL they share one snapshot), so they must touch different rows; the
    first row's number is all that is handed on. Every value is a `bindparam` of a name of its own, or a literal.
    """

    def __init__(self, first: Any, others: Others) -> None:
        self._first = Statement(first)
        self._others = [Statement(one) for one in others(bindparam(_FIRST))]
        self._key = next(iter(first.table.primary_key))
        self._numbered = first.returning(self._key)  # now: once compiled, an insert remembers that it returned nothing
        self._make_others = others
        self._together: Statement | None = None

    def insert(self, conn: Connection, values: Mapping[str, Any]) -> int:
        """Write all; the number of the first row."""
        if conn.dialect.name == "sqlite":
            number = self._first.insert(conn, values)
            for other in self._others:
                other.run(conn, {**values, _FIRST: number})
            return number
        if self._together is None:
            self._together = self._combine()
        return int(self._together.scalar(conn, values))

    def _combine(self) -> Statement:
        first = self._numbered.cte("first_row")
        number = select(first.c[self._key.name]).scalar_subquery()
        others = [
            other.returning(literal(1).label("done")).cte(f"other_{place}")
            for place, other in enumerate(self._make_others(number))
        ]
        return Statement(select(first.c[self._key.name]).add_cte(*others))
