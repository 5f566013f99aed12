"""Inserts that somebody else may be doing at the same moment, and changes of a versioned row."""

from sqlalchemy import Connection, select

from cti_client.hub.store import tables
from cti_client.hub.store.change import change_row
from cti_client.hub.store.upsert import insert_or_nothing, insert_row, upsert
from tests.helpers.engines import in_transaction


@in_transaction
def test_the_second_insert_does_nothing(conn: Connection) -> None:
    first = insert_or_nothing(conn, tables.thread, {"address": "+1", "repliable": True})
    assert first is not None
    assert insert_or_nothing(conn, tables.thread, {"address": "+1", "repliable": False}) is None
    assert conn.execute(select(tables.thread.c.id, tables.thread.c.repliable)).all() == [(first, True)]


@in_transaction
def test_a_key_of_two_columns_is_one_key(conn: Connection) -> None:
    key = {"connection_id": "sim", "gateway_id": "1"}
    assert insert_or_nothing(conn, tables.inbound_key, key, tables.inbound_key.c.gateway_id) == "1"
    assert insert_or_nothing(conn, tables.inbound_key, key) is None
    assert insert_or_nothing(conn, tables.inbound_key, {**key, "gateway_id": "2"}) == "sim"


@in_transaction
def test_upsert_makes_then_changes(conn: Connection) -> None:
    line_id = insert_row(conn, tables.line, {"address": "+15550100", "name": "Support"})
    key = {"line_id": line_id, "address": "+1"}
    upsert(conn, tables.consent, key, {"state": "opted_in", "at": 1})
    upsert(conn, tables.consent, {**key, "address": "+2"}, {"state": "opted_in", "at": 2})
    upsert(conn, tables.consent, key, {"state": "opted_out", "at": 3})
    rows = conn.execute(select(tables.consent).order_by(tables.consent.c.address)).all()
    assert rows == [(line_id, "+1", "opted_out", 3), (line_id, "+2", "opted_in", 2)]


@in_transaction
def test_a_change_counts_the_version_up_and_leaves_the_rest(conn: Connection) -> None:
    first, second = (insert_row(conn, tables.contact, {"created_at": 1, "name": name}) for name in ("Eva", "Ada"))
    change_row(conn, tables.contact, first, {"name": "Eve", "town": "Graz"})
    change_row(conn, tables.contact, first, {"name": "Eva"})
    change_row(conn, tables.contact, first, {})
    columns = (tables.contact.c.id, tables.contact.c.version, tables.contact.c.name, tables.contact.c.town)
    rows = conn.execute(select(*columns).order_by(tables.contact.c.id)).all()
    assert rows == [(first, 4, "Eva", "Graz"), (second, 1, "Ada", "")]
