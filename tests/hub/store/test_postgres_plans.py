"""On PostgreSQL too, every kept statement is answered by an index, whatever the number of rows and the values."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import Connection, Insert, bindparam, select, text

from cti_client.hub import services, store
from cti_client.hub.store.statements import Statement
from cti_client.hub.store.tables import message
from tests.helpers.postgres import PostgresDatabase

STAY_SMALL = {
    "agent",
    "ix_agent_presence_idle_since_id",
    "line",
    "routing_rule",
    "canned_reply",
    "uq_canned_reply_shortcut",
    "hub",
    "connection",
    "outbox",
    "ahead",
    "desk",
    "hub_process",
    "lease",
    "looking",
}
"""Tables whose rows do not grow with the years, by the names they and their indexes have in plans."""
PARTIAL = {"ix_interaction_unheld", "ix_message_unsettled", "uq_interaction_live", "uq_offer_open", "ix_offer_deadline"}
"""Indexes over what is under way alone."""


def kept_statements() -> Iterator[tuple[str, Statement]]:
    """Each `Statement` that a module of the store or the services keeps."""
    seen = set()
    for package in (store, services):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if found.ispkg or found.name.rpartition(".")[2].startswith(("postgres", "sqlite")):
                continue
            for name, kept in vars(importlib.import_module(found.name)).items():
                if isinstance(kept, Statement) and not isinstance(kept.core, Insert) and id(kept) not in seen:
                    seen.add(id(kept))
                    yield f"{found.name.rpartition('.')[2]}.{name}", kept


STATEMENTS = dict(kept_statements())


def plan(conn: Connection, statement: Statement) -> list[str]:
    """As for any values, with reading whole tables as the last resort."""
    compiled = statement.core.compile(dialect=conn.dialect)
    lists = {bind.key for bind in compiled.binds.values() if bind.required and bind.expanding}
    values = {key: [1, 2] if key in lists else 1 for key in compiled.params}
    short = statement._shortened(conn, values)
    count = max((int(number) for number in re.findall(r"\$(\d+)", short.sql)), default=0)
    nothing = f"({', '.join(['NULL'] * count)})" if count else ""
    for setting in ("enable_seqscan = off", "plan_cache_mode = force_generic_plan"):
        conn.exec_driver_sql(f"SET LOCAL {setting}")
    conn.exec_driver_sql(f"PREPARE asked AS {short.sql}")
    steps = [row[0] for row in conn.execute(text(f"EXPLAIN EXECUTE asked{nothing}"))]
    conn.exec_driver_sql("DEALLOCATE asked")
    return steps


def test_there_are_statements_to_look_at() -> None:
    assert len(STATEMENTS) > 40


def read_whole(steps: list[str]) -> list[set[str]]:
    """The names (index, table, alias) of each scan without a condition that an index answers."""
    found = []
    for step, following in zip(steps, [*steps[1:], ""], strict=True):
        scan = re.search(
            r"(Seq Scan|Index Scan|Index Only Scan)(?: Backward)?(?: using (\w+))? on (\w+)(?: (\w+))?", step
        )
        if scan is not None and "Index Cond" not in following:
            found.append(set(filter(None, scan.groups()[1:])))
    return found


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_table_is_read_whole(postgres_database: PostgresDatabase, name: str) -> None:
    steps = postgres_database.transact(lambda conn: plan(conn, STATEMENTS[name]))
    assert not [names for names in read_whole(steps) if not names & (STAY_SMALL | PARTIAL)], "\n".join(steps)


def test_a_table_that_is_read_whole_is_found(postgres_database: PostgresDatabase) -> None:
    by_state = Statement(select(message.c.id).where(message.c.state == bindparam("state")))
    in_order = Statement(select(message.c.id).order_by(message.c.id))
    for statement in (by_state, in_order):
        steps = postgres_database.transact(partial(plan, statement=statement))
        assert [names for names in read_whole(steps) if any("message" in name for name in names)]
