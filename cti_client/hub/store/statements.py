"""Statements of the hot paths, made once and run the short way.

SQLAlchemy takes several times as long to execute a small statement as the engine does. A `Statement` is an ordinary
Core statement; it is compiled once for each engine and handed straight to the driver (SQLite's, or asyncpg), and its
rows are named tuples. Values and columns are plain: whole numbers, text, truth values.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from types import ModuleType
from typing import Any, Protocol

from sqlalchemy import Boolean, Connection, Integer, String
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import NullType

Values = Mapping[str, Any]

_NO_VALUES: Values = {}
_namedtuple: Any = namedtuple
_PLAIN = (Integer, String, Boolean, NullType)


class AnyRow(Protocol):
    """A row; its columns are attributes."""

    def __getattr__(self, name: str, /) -> Any: ...


class Statement:
    """One Core statement, to be kept for the life of the program. May be used from any thread.

    A value for an `expanding` parameter is a list. `columns`: for an insert, what its values will name. Errors are
    SQLAlchemy's on every engine, and never show the values.
    """

    def __init__(self, core: Any, columns: Sequence[str] | None = None) -> None:
        self.core: Any = core
        self._columns = columns
        self._forms: dict[str, _Form] = {}
        self._numbered: Statement | None = None

    def rows(self, conn: Connection, values: Values = _NO_VALUES) -> Sequence[AnyRow]:
        """All rows."""
        short = self._shortened(conn, values)
        if conn.dialect.name == "sqlite":
            return short.named(_execute(conn, short, values).fetchall())
        return short.named(_asyncpg().fetch(conn, short.sql, short.bind(values)))

    def first(self, conn: Connection, values: Values = _NO_VALUES) -> AnyRow | None:
        """The first row, if there is any."""
        rows = self.rows(conn, values)
        return rows[0] if rows else None

    def one(self, conn: Connection, values: Values = _NO_VALUES) -> AnyRow:
        """The one row that there is. Raises `ValueError` where there is not exactly one."""
        (row,) = self.rows(conn, values)
        return row

    def scalars(self, conn: Connection, values: Values = _NO_VALUES) -> list[Any]:
        """The first column of all rows."""
        rows: Sequence[Any] = self.rows(conn, values)
        return [row[0] for row in rows]

    def scalar(self, conn: Connection, values: Values = _NO_VALUES) -> Any:
        """The first column of the first row; None without one."""
        rows: Sequence[Any] = self.rows(conn, values)
        return rows[0][0] if rows else None

    def run(self, conn: Connection, values: Values = _NO_VALUES) -> None:
        """For the effect alone."""
        short = self._shortened(conn, values)
        if conn.dialect.name == "sqlite":
            _execute(conn, short, values)
        else:
            _asyncpg().fetch(conn, short.sql, short.bind(values))

    def run_many(self, conn: Connection, many: Sequence[Values]) -> None:
        """Once for each of these values, of which there is one at least."""
        short = self._shortened(conn, many[0])
        if conn.dialect.name == "sqlite":
            for values in many:
                _execute(conn, short, values)
        elif len(many) == 1:
            _asyncpg().fetch(conn, short.sql, short.bind(many[0]))
        else:
            _asyncpg().run_many(conn, short.sql, [short.bind(values) for values in many])

    def insert(self, conn: Connection, values: Values) -> int:
        """Run an insert of one row into a table that numbers its rows; the row's number."""
        if conn.dialect.name == "sqlite":
            return int(_execute(conn, self._shortened(conn, values), values).lastrowid)
        return int(self._numbering().scalar(conn, values))

    def _numbering(self) -> "Statement":
        """This insert, answered with the row's number."""
        if self._numbered is None:
            key = next(iter(self.core.table.primary_key))
            self._numbered = Statement(self.core.returning(key), self._columns)
        return self._numbered

    def _shortened(self, conn: Connection, values: Values) -> "_Short":
        engine = conn.dialect.name
        form = self._forms.get(engine)
        if form is None:  # two threads at once come to the same
            form = self._forms[engine] = _Form(self.core, self._columns, conn)
        return form.for_lists_of(values)


class _Form:
    """A statement in one engine's words."""

    def __init__(self, core: Any, columns: Sequence[str] | None, conn: Connection) -> None:
        self._core = core
        self._compiled: Any = core.compile(dialect=conn.dialect, column_keys=columns)
        asked = [bind for bind in self._compiled.binds.values() if bind.required]
        self._lists = tuple(bind.key for bind in asked if bind.expanding)
        self._short: dict[tuple[int, ...], _Short] = {}

    def for_lists_of(self, values: Values) -> "_Short":
        """The text for the lengths of these lists."""
        lengths = tuple([_room(len(values[name])) for name in self._lists])
        short = self._short.get(lengths)
        if short is None:
            room = dict(zip(self._lists, lengths, strict=True))
            short = self._short[lengths] = _Short(self._core, self._compiled, room)
        return short


class _Short:
    """A statement's text for a driver, for lists of certain lengths."""

    def __init__(self, core: Any, compiled: Any, room: Mapping[str, int]) -> None:
        asked = [bind.key for bind in compiled.binds.values() if bind.required and bind.key not in room]
        scalars = {name: _Place(name) for name in asked}
        lists = {name: [_Place(name, index) for index in range(length)] for name, length in room.items()}
        state = compiled.construct_expanded_state({**scalars, **lists})
        self.sql: str = state.statement
        self.bind = _binder(state.positional_parameters, room)
        self.named = _namer(core, tells_truths_by_numbers=compiled.dialect.name == "sqlite")


class _Place:
    """Stands where a value will."""

    __slots__ = ("index", "name")

    def __init__(self, name: str, index: int | None = None) -> None:
        self.name = name
        self.index = index


def _binder(order: Sequence[Any], room: Mapping[str, int]) -> Callable[[Values], Sequence[Any]]:
    """What puts the values into the order of the statement's marks."""
    if room or not all(isinstance(one, _Place) for one in order):
        return lambda values: _with_lists(order, room, values)
    names = [place.name for place in order]
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]


def _with_lists(order: Sequence[Any], room: Mapping[str, int], values: Values) -> list[Any]:
    """A list is filled up with its last element: `IN` does not mind. What is no place is a value of the statement's."""
    full = dict(values)
    for name, length in room.items():
        elements = list(full[name])
        full[name] = elements + elements[-1:] * (length - len(elements))
    return [
        one if not isinstance(one, _Place) else full[one.name] if one.index is None else full[one.name][one.index]
        for one in order
    ]


def _room(length: int) -> int:
    """The next power of two, so that lists of many lengths are few statements."""
    return length if length < 2 else 1 << (length - 1).bit_length()


def _namer(core: Any, *, tells_truths_by_numbers: bool) -> Callable[[Sequence[Any]], Sequence[AnyRow]]:
    """What makes named tuples of the driver's rows, with truth values where it gives numbers."""
    columns = list(core.exported_columns.items())
    if not columns:
        return lambda rows: rows
    for name, column in columns:
        if not isinstance(column.type, _PLAIN):
            raise TypeError(f"column {name} has a type that the short way does not know")
    names = [str(name) for name, _ in columns]
    make = _row_maker(names)
    truths = [index for index, (_, column) in enumerate(columns) if isinstance(column.type, Boolean)]
    if not truths or not tells_truths_by_numbers:
        return lambda rows: [make(row) for row in rows]

    def with_truths(rows: Sequence[Any]) -> Sequence[AnyRow]:
        made = []
        for row in rows:
            values = list(row)
            for index in truths:
                values[index] = None if values[index] is None else bool(values[index])
            made.append(make(values))
        return made

    return with_truths


def _row_maker(names: Sequence[str]) -> Callable[[Sequence[Any]], AnyRow]:
    make: Callable[[Sequence[Any]], AnyRow] = _namedtuple("Row", names, rename=True)._make
    return make


def _execute(conn: Connection, short: _Short, values: Values) -> Any:
    try:
        raw: Any = conn.connection.driver_connection
        return raw.execute(short.sql, short.bind(values))
    except sqlite3.Error as error:
        raise DBAPIError.instance(short.sql, None, error, sqlite3.Error, hide_parameters=True) from error


@cache
def _asyncpg() -> ModuleType:
    """The way through asyncpg, which a desktop's own hub never imports."""
    from cti_client.hub.store import postgres_statements

    return postgres_statements
