"""Every statement on the way of a text is answered by an index, whatever the number of rows."""

import sqlite3
from typing import Any

import pytest
from sqlalchemy import create_engine, event

from cti_client.hub.store import record_builders, records, snapshot, streams, topics_store
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.tables import metadata

LISTS = ("ids", "chats", "cases", "messages")
STATEMENTS: dict[str, Statement] = {
    "chats in the news": records._CHATS,
    "offers": record_builders._OFFERS,
    "interactions": record_builders._INTERACTIONS,
    "other contacts": record_builders._OTHER_CONTACTS,
    "cases": record_builders._CASES,
    "messages": record_builders._MESSAGES,
    "offers of an agent": snapshot._OFFERS,
    "chats of an agent": snapshot._CHATS,
    "messages of an agent": snapshot._MESSAGES,
    "records after": streams._AFTER,
    "waiting": topics_store._WAITING,
    "total waiting": topics_store._TOTAL,
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_table_is_scanned(name: str) -> None:
    raw = sqlite3.connect(":memory:")
    engine = create_engine("sqlite://", creator=lambda: raw)
    statement = STATEMENTS[name].core
    values = {key: [1, 2] if key in LISTS else 1 for key in statement.compile().params}
    with engine.connect() as conn:
        metadata.create_all(conn)
        asked: list[tuple[str, Any]] = []
        event.listen(conn, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
        conn.execute(statement, values)
        ((sql, parameters),) = asked
        steps = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
    engine.dispose()
    raw.close()
    assert steps
    parts = {f"SCAN {step.split()[1]}" for step in steps if step.startswith("CO-ROUTINE")}  # told step by step
    scans = [step for step in steps if step.startswith("SCAN") and step not in parts]
    assert not [step for step in scans if "ix_interaction_unheld" not in step], steps
