"""The short way answers as SQLAlchemy does."""

from typing import Any

import pytest
from sqlalchemy import Connection, DateTime, bindparam, column, insert, select, union_all, update
from sqlalchemy.exc import IntegrityError

from cti_client.hub.store.statements import Statement
from cti_client.hub.store.tables import connection, line
from cti_client.hub.store.upsert import insert_row
from tests.helpers.engines import in_transaction


def lines(conn: Connection, *names: str) -> list[int]:
    return [insert_row(conn, line, {"address": f"+1{name}", "name": name, "country": "US"}) for name in names]


@pytest.mark.parametrize("ids", [[], [1], [3], [1, 2, 3], [5, 4, 3, 2, 1], [1, 1, 9]])
@in_transaction
def test_lists_of_every_length(conn: Connection, ids: list[int]) -> None:
    lines(conn, *"abcde")
    core = union_all(
        select(line.c.id, line.c.name).where(line.c.id.in_(bindparam("ids", expanding=True)), line.c.country == "US"),
        select(line.c.id, line.c.name).where(line.c.name.in_(bindparam("names", expanding=True))),
    )
    values = {"names": ["b", "x"], "ids": ids}
    found: Any = Statement(core).rows(conn, values)
    assert found == [tuple(row) for row in conn.execute(core, values)]


@in_transaction
def test_rows_have_their_columns_as_attributes_and_truth_values_are_truth_values(conn: Connection) -> None:
    (line_id,) = lines(conn, "one")
    row: Any = Statement(select(line).where(line.c.id == bindparam("id"))).one(conn, {"id": line_id})
    expected = conn.execute(select(line)).one()
    assert row == tuple(expected)
    assert (row.name, row.connection_id) == ("one", None)
    assert row.shows_first_words is True
    assert row.carrier_answers_keywords is False


@in_transaction
def test_values_of_the_statement_itself_and_of_the_call(conn: Connection) -> None:
    lines(conn, "one", "two")
    rename = Statement(update(line).where(line.c.name == bindparam("before"), line.c.country == "US").values(name="x"))
    rename.run(conn, {"before": "two"})
    names = Statement(select(line.c.name).order_by(line.c.id))
    assert names.scalars(conn) == ["one", "x"]
    assert names.scalar(conn) == "one"


@in_transaction
def test_none_and_too_many(conn: Connection) -> None:
    everything = Statement(select(line))
    assert everything.first(conn) is None
    assert everything.scalar(conn) is None
    lines(conn, "one", "two")
    with pytest.raises(ValueError, match="too many"):
        everything.one(conn)


@in_transaction
def test_many_rows(conn: Connection) -> None:
    add = Statement(insert(connection), ("id", "kind", "name"))
    add.run_many(conn, [{"id": key, "kind": "k", "name": key.upper()} for key in "abc"])
    assert Statement(select(connection.c.name)).scalars(conn) == ["A", "B", "C"]


@in_transaction
def test_a_broken_rule_is_sqlalchemys_error_and_shows_no_values(conn: Connection) -> None:
    lines(conn, "secret")
    with pytest.raises(IntegrityError) as caught, conn.begin_nested():
        lines(conn, "secret")
    assert "secret" not in str(caught.value)


@in_transaction
def test_a_missing_value_is_no_null(conn: Connection) -> None:
    with pytest.raises(KeyError):
        Statement(select(line).where(line.c.id == bindparam("id"))).rows(conn)


@in_transaction
def test_types_that_need_converting_are_refused(conn: Connection) -> None:
    odd: Any = select(column("at", DateTime)).select_from(line)
    with pytest.raises(TypeError, match="at has a type"):
        Statement(odd).rows(conn)
