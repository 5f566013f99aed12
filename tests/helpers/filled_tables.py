"""A database of any revision with a row in every table, and what is in it."""

from typing import Any

from sqlalchemy import Boolean, Connection, Inspector, Integer, MetaData, insert, inspect, select

_NOT_OURS = "alembic_version"


def fill(conn: Connection) -> None:
    """One row a table, parents before their children, every column set."""
    for table in _tables(conn).sorted_tables:
        conn.execute(insert(table).values({column.name: _value(column) for column in table.c}))


def contents(conn: Connection, columns: dict[str, list[str]] | None = None) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table; of these tables and columns alone where they are named."""
    found = {}
    for table in _tables(conn).sorted_tables:
        if columns is None or table.name in columns:
            wanted = list(table.c) if columns is None else [table.c[name] for name in columns[table.name]]
            found[table.name] = [dict(row._mapping) for row in conn.execute(select(*wanted))]
    return found


def unlike_an_expansion(conn: Connection, older: dict[str, dict[str, Any]]) -> list[str]:
    """What would stand in the way of a program that knows the `older` shape alone."""
    faults = []
    newer = shape(conn)
    for name, before in older.items():
        after = newer.get(name)
        if after is None:
            faults.append(f"{name} is gone")
            continue
        for column, (kind, nullable, _) in before["columns"].items():
            there = after["columns"].get(column)
            if there is None or there[0] != kind or (nullable and not there[1]):
                faults.append(f"{name}.{column}: {kind}, nullable {nullable} is now {there}")
        for column, (_, nullable, has_default) in after["columns"].items():
            if column not in before["columns"] and not (nullable or has_default):
                faults.append(f"{name}.{column} must be given, which an older program does not do")
        known = set(before["columns"])
        new = after["rules"] - before["rules"]
        ours = [rule for rule in new if rule[0] == "check" or set(rule[1]) <= known]
        faults += [f"{name} has a new rule for what an older program writes: {rule}" for rule in ours]
    return faults


def shape(conn: Connection) -> dict[str, dict[str, Any]]:
    """Columns (type, nullable, has a default) and rules (kind, columns) of every table."""
    look = inspect(conn)
    return {name: _shape(look, name) for name in look.get_table_names() if name != _NOT_OURS}


def _shape(look: Inspector, name: str) -> dict[str, Any]:
    columns = {
        one["name"]: (str(one["type"]), bool(one["nullable"]), one["default"] is not None)
        for one in look.get_columns(name)
    }
    rules = {("unique", tuple(one["column_names"])) for one in look.get_unique_constraints(name)}
    rules |= {("unique", tuple(map(str, one["column_names"]))) for one in look.get_indexes(name) if one["unique"]}
    rules |= {("refers", tuple(one["constrained_columns"])) for one in look.get_foreign_keys(name)}
    rules |= {("check", (str(one["sqltext"]),)) for one in look.get_check_constraints(name)}
    return {"columns": columns, "rules": rules}


def _tables(conn: Connection) -> MetaData:
    found = MetaData()
    found.reflect(conn, only=lambda name, _: name != _NOT_OURS)
    return found


def _value(column: Any) -> object:
    """Something of its type; what refers to another table's only row finds it."""
    for key in column.foreign_keys:
        return _value(key.column)
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer):
        return 1
    return f"{column.name} of a row"
